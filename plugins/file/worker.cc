#include "worker.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace seabed_file {

namespace {
constexpr std::chrono::seconds kIdle{2};   // none outlives its use for long: a store declares no threads

class Workers {
 public:
  void run(std::function<void()> job) {
    std::unique_lock lock(mutex_);
    if (process_ != getpid()) process_ = getpid(), idle_ = 0;   // a fork has none of its parent's threads
    jobs_.push_back(std::move(job));
    if (idle_ >= jobs_.size()) {
      wake_.notify_one();
      return;
    }
    try {
      std::thread([this] { serve(); }).detach();
    } catch (...) {
      jobs_.pop_back();
      throw;
    }
  }

 private:
  void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      while (!jobs_.empty()) {
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
        job = nullptr;   // what it owns ends here, not at the next job
        lock.lock();
      }
      ++idle_;
      const bool more = wake_.wait_for(lock, kIdle, [this] { return !jobs_.empty(); });
      --idle_;
      if (!more) return;
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  size_t idle_ = 0;
  pid_t process_ = getpid();
};
}  // namespace

void run_on_worker(std::function<void()> job) {
  static auto* all = new Workers;   // never ended: one of them may sleep in the kernel when the process ends
  all->run(std::move(job));
}

}  // namespace seabed_file
