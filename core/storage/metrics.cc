#include "core/storage/metrics.h"

#include <bit>
#include <chrono>
#include <map>
#include <mutex>

#include "core/base/log.h"

namespace seabed {

void StoreMetrics::add(StoreOp op, uint64_t micros, uint64_t bytes, bool success, std::optional<Code> error) {
  Counters& c = ops_[static_cast<size_t>(op)];
  constexpr auto relaxed = std::memory_order_relaxed;
  c.calls.fetch_add(1, relaxed);
  c.total_us.fetch_add(micros, relaxed);
  if (success)
    c.bytes.fetch_add(bytes, relaxed);
  else
    c.errors.fetch_add(1, relaxed);
  if (!success && error) c.by_code[static_cast<size_t>(*error)].fetch_add(1, relaxed);
  const size_t bucket = std::min<size_t>(std::bit_width(micros), c.latency.size() - 1);
  c.latency[bucket].fetch_add(1, relaxed);
}

OpFigures StoreMetrics::figures(StoreOp op) const {
  const Counters& c = ops_[static_cast<size_t>(op)];
  OpFigures out{c.calls, c.errors, c.bytes, c.total_us, {}, {}};
  for (size_t i = 0; i < out.by_code.size(); ++i) out.by_code[i] = c.by_code[i];
  for (size_t i = 0; i < out.latency.size(); ++i) out.latency[i] = c.latency[i];
  return out;
}

namespace {
struct SchemeTable {
  std::mutex mutex;
  std::map<std::string, StoreMetrics> schemes;  // nodes stay where they are

  StoreMetrics& of(const std::string& uri) {
    const size_t end = uri.find("://");
    std::lock_guard lock(mutex);
    return schemes[end == std::string::npos ? "other" : uri.substr(0, end)];
  }
};
SchemeTable& scheme_table() {
  static SchemeTable* table = new SchemeTable;  // stores may outlive static destruction
  return *table;
}

class MetricsStore : public AroundStore<MetricsStore> {
 public:
  explicit MetricsStore(std::shared_ptr<ObjectStore> inner)
      : AroundStore(std::move(inner)), scheme_(scheme_table().of(describe())) {}
  const StoreMetrics* metrics() const override { return &metrics_; }

  template <class F>
  auto around(const StoreCall& call, F&& next) -> decltype(next()) {
    const auto begin = std::chrono::steady_clock::now();
    auto result = next();
    const auto took = std::chrono::steady_clock::now() - begin;
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    const std::optional<Code> error = result ? std::nullopt : std::optional(result.error().code);
    for (StoreMetrics* to : {&metrics_, &scheme_})
      to->add(call.op, static_cast<uint64_t>(micros), bytes_of(call, result), result.has_value(), error);
    if (spdlog::should_log(spdlog::level::debug))
      log::debug("{} {}: {} bytes, {} us{}", op_name(call.op), name(call.key), call.bytes, micros,
                 result ? "" : ": " + result.error().message());
    return result;
  }

 private:
  template <class T>
  static uint64_t bytes_of(const StoreCall& call, const Result<T>& result) {
    if constexpr (std::is_same_v<T, size_t>)
      if (call.op == StoreOp::kRead) return result.has_value() ? *result : 0;
    return call.bytes;
  }
  StoreMetrics metrics_;
  StoreMetrics& scheme_;
};
}  // namespace

std::vector<SchemeMetrics> metrics_by_scheme() {
  SchemeTable& table = scheme_table();
  std::lock_guard lock(table.mutex);
  std::vector<SchemeMetrics> out;
  for (const auto& [scheme, metrics] : table.schemes) out.push_back({scheme, &metrics});
  return out;
}

std::shared_ptr<ObjectStore> with_metrics(std::shared_ptr<ObjectStore> inner) {
  return std::make_shared<MetricsStore>(std::move(inner));
}

}  // namespace seabed
