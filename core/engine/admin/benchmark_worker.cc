#include "core/engine/admin/benchmark_worker.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/engine/admin/test_content.h"
#include "core/media/log_parts.h"
#include "core/media/paths.h"

namespace seabed {
namespace {

constexpr uint64_t kPart = 8ull << 20;  // parts grow to this before they are sent

uint64_t part_bytes(const Capabilities& can, uint64_t object) {
  uint64_t part = std::max(kPart, can.min_part_bytes);
  if (can.max_parts != 0) part = std::max(part, object / can.max_parts + 1);
  return can.max_part_bytes != 0 ? std::min(part, can.max_part_bytes) : part;
}

tl::unexpected<Error> other_content(const std::string& key, uint64_t offset, uint64_t length) {
  return fail(
      Code::kCorruption, key,
      fmt::format("bytes {} to {} come back other than a benchmark writes them", offset, offset + length),
      "the medium changed them, or something else wrote there");
}

}  // namespace

BenchWorker::BenchWorker(BenchShared& shared, uint32_t thread)
    : shared_(shared), thread_(thread), random_(thread + 1), sizes_(shared.options.objects) {}

IoContext BenchWorker::io(uint64_t bytes) const {
  return {.deadline = after(std::chrono::seconds(60 + bytes / (256 << 10))), .cancel = &shared_.cancel};
}

template <class F>
auto BenchWorker::timed(BenchStep step, F&& call) -> decltype(call()) {
  const auto start = std::chrono::steady_clock::now();
  auto result = call();
  const auto took =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start);
  if (result) latencies_[static_cast<size_t>(step)].add(static_cast<uint64_t>(took.count()));
  return result;
}

Status BenchWorker::run() {
  const BenchOptions& o = shared_.options;
  for (uint64_t number = 0; o.runs == 0 || number < o.runs; ++number) {
    if (shared_.stop) return ok();
    if (shared_.cancel.cancelled()) return fail(Code::kCancelled, "benchmark", "cancelled");
    if (o.seconds != 0 && std::chrono::steady_clock::now() >= shared_.end) return ok();
    if (!take_budget()) return ok();
    SEABED_CHECK(timed(BenchStep::kOperation, [&] { return operation(number); }));
    o.on_progress(++shared_.operations, shared_.bytes);
  }
  return ok();
}

/// Before an object is written, so that several threads together stay within the limit.
bool BenchWorker::take_budget() {
  const BenchOptions& o = shared_.options;
  if (o.type == BenchType::kRead || o.type == BenchType::kDel) return true;
  uint64_t left = shared_.budget;
  do {
    if (left < o.object_bytes) {
      shared_.hit_limit = true;
      return false;
    }
  } while (!shared_.budget.compare_exchange_weak(left, left - o.object_bytes));
  return true;
}

Status BenchWorker::operation(uint64_t number) {
  switch (shared_.options.type) {
    case BenchType::kWrite: return write(number);
    case BenchType::kAppend: return append(number);
    case BenchType::kMulti: return multi(number);
    case BenchType::kRead: return read();
    case BenchType::kDel: return remove(number);
  }
  return ok();
}

uint64_t BenchWorker::fragment() const {
  const BenchOptions& o = shared_.options;
  return o.fragment_bytes == 0 ? o.object_bytes : o.fragment_bytes;
}

Status BenchWorker::write(uint64_t number) {
  const uint64_t size = shared_.options.object_bytes;
  const auto pieces = TestContent(object_id(number)).pieces(0, size);
  SEABED_CHECK(timed(BenchStep::kPut, [&] {
    return shared_.store.put(bench_object(thread_, number), pieces, PutMode::kReplace, io(size));
  }));
  shared_.bytes += size;
  return ok();
}

/// Natively, or as an object for each fragment where the medium has no append.
Status BenchWorker::append(uint64_t number) {
  const TestContent content(object_id(number));
  const std::string key = bench_object(thread_, number);
  const uint64_t size = shared_.options.object_bytes;
  const bool native = shared_.store.capabilities().append && !shared_.options.adaptive;
  for (uint64_t at = 0; at < size;) {
    const uint64_t n = std::min(fragment(), size - at);
    const auto pieces = content.pieces(at, n);
    SEABED_CHECK(timed(BenchStep::kAppend, [&]() -> Status {
      if (!native)
        return shared_.store.put(paths::log_part(key, at, at + n), pieces, PutMode::kReplace, io(n));
      SEABED_CHECK(shared_.store.append(key, at, pieces, io(n)));
      return ok();
    }));
    at += n;
    shared_.bytes += n;
  }
  return ok();
}

Status BenchWorker::multi(uint64_t number) {
  ObjectStore& store = shared_.store;
  const TestContent content(object_id(number));
  const std::string key = bench_object(thread_, number);
  const uint64_t size = shared_.options.object_bytes, part = part_bytes(store.capabilities(), size);
  SEABED_TRY(std::string id, timed(BenchStep::kOpen, [&] { return store.begin_upload(key, io(0)); }));
  std::vector<PartInfo> parts;
  Status sent = [&]() -> Status {
    for (uint64_t at = 0; at < size;) {
      buffer_.clear();
      while (buffer_.size() < part && at < size) {  // as an application writes: a fragment at a time
        const uint64_t n = std::min({fragment(), size - at, part - buffer_.size()});
        for (std::string_view piece : content.pieces(at, n)) buffer_ += piece;
        at += n;
      }
      const std::string_view bytes[] = {buffer_};
      SEABED_TRY(PartInfo info, timed(BenchStep::kUploadPart, [&] {
                   return store.upload_part(key, id, static_cast<uint32_t>(parts.size() + 1), bytes,
                                            io(buffer_.size()));
                 }));
      parts.push_back(std::move(info));
      shared_.bytes += buffer_.size();
    }
    return timed(BenchStep::kClose, [&] { return store.complete_upload(key, id, parts, io(0)); });
  }();
  if (!sent) (void)store.abort_upload(key, id, {.deadline = after(std::chrono::seconds(30))});
  return sent;
}

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
