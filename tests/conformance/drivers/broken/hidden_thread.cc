// Starts a thread for each store and declares none.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "broken.h"

namespace broken {
struct HiddenThread : AcmeStore {
  explicit HiddenThread(std::shared_ptr<Medium> medium)
      : AcmeStore(std::move(medium)), thread_([this] {
          std::unique_lock lock(mutex_);
          over_.wait(lock, [this] { return closed_; });
        }) {}
  ~HiddenThread() override {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    over_.notify_all();
    thread_.join();
  }
  std::mutex mutex_;
  std::condition_variable over_;
  bool closed_ = false;
  std::thread thread_;
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::HiddenThread>)
