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

ProgressView ProgressMeter::update(const Progress& progress, Time now) {
  std::lock_guard lock(mutex_);
  const double seconds = std::chrono::duration<double>(now - last_).count();
  if (!begun_ || progress.done_bytes < last_bytes_) {
    rate_ = 0;                                     // another phase, or another attempt
    begun_ = true;
    last_ = now;
    last_bytes_ = progress.done_bytes;
  } else if (seconds > 0.1) {
    const double fresh = static_cast<double>(progress.done_bytes - last_bytes_) / seconds;
    const double weight = rate_ == 0 ? 1 : 1 - std::exp(-seconds / kMemorySeconds);
    rate_ += (fresh - rate_) * weight;
    last_ = now;
    last_bytes_ = progress.done_bytes;
  }
  ProgressView out{progress, rate_};
  const uint64_t rest = progress.total_bytes - std::min(progress.total_bytes, progress.done_bytes);
  out.left_known = rest == 0 || rate_ > 0;
  if (rest > 0 && rate_ > 0) out.left = std::chrono::seconds(std::llround(std::ceil(static_cast<double>(rest) / rate_)));
  return out;
}

}  // namespace seabed
