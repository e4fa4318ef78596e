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

Status run_linker(const std::vector<LinkerConfig>& streams, const CancelToken& stop) {
  if (streams.empty())
    return fail(Code::kInvalidArgument, "linker", "no stream is configured",
                "add a tenant with a log stream");
  std::vector<std::unique_ptr<Linker>> running(streams.size());
  std::vector<std::string> told(streams.size());
  constexpr auto kRetry = std::chrono::seconds(2);
  do {
    for (size_t i = 0; i < streams.size(); ++i) {
      if (running[i]) continue;
      auto started = Linker::start(streams[i]);
      if (started) {
        running[i] = std::move(*started);
        log::info("linker stream={} links={}", streams[i].name, streams[i].links);
      } else if (const std::string why = started.error().message(); why != told[i]) {
        log::error("linker stream={} {}", streams[i].name, why);  // once, not every two seconds
        told[i] = why;
      }
    }
  } while (!stop.wait_for(kRetry));
  return ok();
}

}  // namespace seabed::rocksdb_source
