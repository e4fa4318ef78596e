#pragma once
// Cancellation and deadlines, carried through every blocking call.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace seabed {

/// Set once, read from anywhere. Thread-safe.
class CancelToken {
 public:
  void cancel() {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    wake_.notify_all();
  }
  bool cancelled() const { return cancelled_; }
  /// Sleeps for `d` or until cancelled; true when cancelled.
  template <class Duration>
  bool wait_for(Duration d) const {
    std::unique_lock lock(mutex_);
    return wake_.wait_for(lock, d, [this] { return cancelled_.load(); });
  }

 private:
  std::atomic<bool> cancelled_ = false;
  mutable std::mutex mutex_;
  mutable std::condition_variable wake_;
};

using Deadline = std::chrono::steady_clock::time_point;
inline Deadline after(std::chrono::milliseconds d) { return std::chrono::steady_clock::now() + d; }

}  // namespace seabed
