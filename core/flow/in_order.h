#pragma once
// Work finishes in any order, its results are wanted in the order of their ranks: a bounded waiting room.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "core/base/status.h"

namespace seabed {

/// Thread-safe. Every rank from 0 on is delivered exactly once.
template <class T>
class InOrder {
 public:
  /// `sink` is called by one thread at a time, ranks rising. `max_weight` bounds what waits (in the caller's unit).
  InOrder(uint64_t max_weight, std::function<Status(T)> sink) : max_weight_(max_weight), sink_(std::move(sink)) {}

  /// Before work on `rank` begins: waits while too much waits already, unless everything waits for this very rank.
  Status enter(uint64_t rank) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [&] { return stopped_ || rank == next_ || weight_ < max_weight_; });
    if (stopped_) return fail(Code::kCancelled, "copy", "was stopped");
    return ok();
  }
  Status deliver(uint64_t rank, uint64_t weight, T result) {
    std::lock_guard lock(mutex_);
    waiting_.emplace(rank, std::pair(weight, std::move(result)));
    weight_ += weight;
    while (!waiting_.empty() && waiting_.begin()->first == next_) {
      auto node = waiting_.extract(waiting_.begin());
      weight_ -= node.mapped().first;
      ++next_;
      moved_.notify_all();
      SEABED_CHECK(sink_(std::move(node.mapped().second)));
    }
    return ok();
  }
  void stop() {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    moved_.notify_all();
  }

 private:
  const uint64_t max_weight_;
  const std::function<Status(T)> sink_;
  std::mutex mutex_;
  std::condition_variable moved_;
  std::map<uint64_t, std::pair<uint64_t, T>> waiting_;
  uint64_t next_ = 0, weight_ = 0;
  bool stopped_ = false;
};

}  // namespace seabed
