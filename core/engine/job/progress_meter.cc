#include "core/engine/job/progress_meter.h"

#include <algorithm>
#include <cmath>

namespace seabed {
namespace {
constexpr double kMemorySeconds = 5;   // an older second weighs e times less
}

bool ProgressMeter::due(Time now) {
  std::lock_guard lock(mutex_);
  if (told_ && now - last_told_ < every_) return false;
  told_ = true;
  last_told_ = now;
  return true;
}

void ProgressMeter::Rate::update(uint64_t now_value, Time now) {
  const double seconds = std::chrono::duration<double>(now - last).count();
  if (begun && now_value >= value && seconds <= 0.1) return;
  if (!begun || now_value < value) {
    per_second = 0;                                // another phase, or another attempt
    begun = true;
  } else {
    const double fresh = static_cast<double>(now_value - value) / seconds;
    const double weight = per_second == 0 ? 1 : 1 - std::exp(-seconds / kMemorySeconds);
    per_second += (fresh - per_second) * weight;
  }
  last = now;
  value = now_value;
}

std::optional<std::chrono::seconds> ProgressMeter::Rate::time_for(uint64_t rest) const {
  if (rest == 0) return std::chrono::seconds(0);
  if (per_second <= 0) return std::nullopt;
  return std::chrono::seconds(std::llround(std::ceil(static_cast<double>(rest) / per_second)));
}

ProgressView ProgressMeter::update(const Progress& progress, Time now) {
  std::lock_guard lock(mutex_);
  bytes_.update(progress.done_bytes, now);
  if (progress.log_at) log_.update(progress.log_at, now);
  ProgressView out{progress, bytes_.per_second, log_.per_second / 1e9};
  const auto rest = [](uint64_t done, uint64_t total) { return total - std::min(total, done); };
  const uint64_t bytes_left = rest(progress.done_bytes, progress.total_bytes);
  const uint64_t log_left = rest(progress.log_at, progress.log_until);
  const auto left = bytes_left == 0 && log_left != 0 ? log_.time_for(log_left) : bytes_.time_for(bytes_left);
  out.left_known = left.has_value();
  out.left = left.value_or(std::chrono::seconds(0));
  return out;
}

}  // namespace seabed
