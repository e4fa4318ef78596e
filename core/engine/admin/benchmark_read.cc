// The operations of a benchmark on what is there already: read and del.
#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/engine/admin/benchmark_worker.h"
#include "core/engine/admin/test_content.h"
#include "core/media/log_parts.h"

namespace seabed {
namespace {

tl::unexpected<Error> other_content(const std::string& key, uint64_t offset, uint64_t length) {
  return fail(
      Code::kCorruption, key,
      fmt::format("bytes {} to {} come back other than a benchmark writes them", offset, offset + length),
      "the medium changed them, or something else wrote there");
}

}  // namespace

Result<std::pair<uint64_t, uint64_t>> BenchWorker::choose() {
  const uint64_t number = random_() % sizes_.size();
  auto& [known, size] = sizes_[number];
  if (known == 0) {
    const std::string key = bench_object(thread_, number);
    SEABED_TRY(ObjectStat stat, shared_.store.stat(key, io(0)).map_error([&](Error error) {
      error.next_step = "write first with the same -t, and -n as many as its -r";
      return error;
    }));
    known = 1;
    size = stat.size;
  }
  return std::pair(number, size);
}

Status BenchWorker::read() {
  if (shared_.options.adaptive) {
    const uint64_t number = random_() % sizes_.size();
    return read_parts(bench_object(thread_, number), object_id(number));
  }
  SEABED_TRY(auto chosen, choose());
  const auto [number, size] = chosen;
  const uint64_t length =
      std::min(shared_.options.fragment_bytes == 0 ? size : shared_.options.fragment_bytes, size);
  return read_piece(bench_object(thread_, number), object_id(number),
                    size == length ? 0 : random_() % (size - length + 1), length);
}

Status BenchWorker::read_piece(const std::string& key, uint64_t object, uint64_t offset, uint64_t length) {
  buffer_.resize(length);
  SEABED_TRY(size_t got, timed(BenchStep::kRead,
                               [&] { return shared_.store.read_at(key, offset, buffer_, io(length)); }));
  if (got != length || !TestContent(object).holds(offset, buffer_)) return other_content(key, offset, length);
  shared_.bytes += length;
  return ok();
}

/// As a reader of the log archive does: list, then read the parts that the range lies in.
Status BenchWorker::read_parts(const std::string& key, uint64_t object) {
  SEABED_TRY(LogParts parts, timed(BenchStep::kOpen, [&]() -> Result<LogParts> {
               SEABED_TRY(auto listed, list_all(shared_.store, key + "/", io(0)));
               return gather_log_parts(key, listed);
             }));
  if (parts.problem) return fail(*parts.problem);
  if (parts.chain.empty())
    return fail(Code::kNotFound, key, "has no @APD_PART@ objects",
                "write first with -p append -j 1 and the same -t and -r");
  const uint64_t wanted = shared_.options.fragment_bytes == 0 ? parts.size : shared_.options.fragment_bytes;
  const uint64_t length = std::min(wanted, parts.size), begin = random_() % (parts.size - length + 1);
  for (const LogPart& part : parts.chain) {
    const uint64_t from = std::max(part.start, begin), to = std::min(part.end, begin + length);
    if (from >= to) continue;
    buffer_.resize(to - from);
    SEABED_TRY(size_t got, timed(BenchStep::kRead, [&] {
                 return shared_.store.read_at(part.key, from - part.start, buffer_, io(to - from));
               }));
    if (got != buffer_.size() || !TestContent(object).holds(from, buffer_))
      return other_content(part.key, from, to - from);
    shared_.bytes += got;
  }
  return ok();
}

Status BenchWorker::remove(uint64_t number) {
  std::vector<std::string> keys{bench_object(thread_, number)};
  if (shared_.options.adaptive) {
    SEABED_TRY(auto listed,
               timed(BenchStep::kOpen, [&] { return list_all(shared_.store, keys[0] + "/", io(0)); }));
    keys.clear();
    for (const ListEntry& entry : listed) keys.push_back(entry.key);
  }
  SEABED_TRY(auto removed, timed(BenchStep::kDelete, [&] { return shared_.store.remove(keys, io(0)); }));
  for (Status& status : removed) SEABED_CHECK(status);
  return ok();
}

}  // namespace seabed
