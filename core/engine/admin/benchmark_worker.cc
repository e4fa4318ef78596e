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

}  // namespace

BenchWorker::BenchWorker(BenchShared& shared, uint32_t thread)
    : shared_(shared), thread_(thread), random_(thread + 1), sizes_(shared.options.objects) {}

IoContext BenchWorker::io(uint64_t bytes) const {
  return {.deadline = after(std::chrono::seconds(60 + bytes / (256 << 10))), .cancel = &shared_.cancel};
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

}  // namespace seabed
