#include "core/source/rocksdb/linker.h"

#include "core/base/log.h"
#include "core/source/rocksdb/linker_thread.h"

namespace seabed::rocksdb_source {

Result<std::unique_ptr<Linker>> Linker::start(const LinkerConfig& config) {
  SEABED_TRY(LinkStore store, LinkStore::open(config.links));
  auto linker = std::make_unique<LinkerThread>(config, std::move(store));
  SEABED_CHECK(linker->begin());
  return linker;
}

namespace {
/// A stream of the process, and what the log has of it: each change is one line.
struct Served {
  const LinkerConfig* config;
  std::unique_ptr<Linker> linker;
  std::string told;
  uint64_t missed = 0;

  void start() {
    auto started = Linker::start(*config);
    if (!started) return tell(started.error().message());
    linker = std::move(*started);
    told.clear();
    log::info("linker stream={} links={}", config->name, config->links);
  }
  void look() {
    const LinkerStats now = linker->stats();
    tell(now.error);
    if (now.missed > missed)
      log::warn("linker stream={} {} log file(s) were gone before they could be linked", config->name, now.missed - missed);
    missed = now.missed;
  }
  void tell(const std::string& trouble) {
    if (trouble == told) return;
    if (trouble.empty()) log::info("linker stream={} links are made again", config->name);
    else log::error("linker stream={} {}", config->name, trouble);
    told = trouble;
  }
};
}  // namespace

Status run_linker(const std::vector<LinkerConfig>& streams, const CancelToken& stop) {
  if (streams.empty())
    return fail(Code::kInvalidArgument, "linker", "no stream is configured",
                "add a tenant with a log stream");
  std::vector<Served> all;
  for (const LinkerConfig& stream : streams) all.push_back({&stream, nullptr, {}});
  constexpr auto kRetry = std::chrono::seconds(2);
  do {
    for (Served& one : all) one.linker ? one.look() : one.start();
  } while (!stop.wait_for(kRetry));
  return ok();
}

}  // namespace seabed::rocksdb_source
