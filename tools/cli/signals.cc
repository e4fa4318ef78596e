#include "tools/cli/signals.h"

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <ctime>
#include <thread>

namespace seabed {

struct SignalCancel::Thread {
  sigset_t set, before;
  std::atomic<bool> stop = false;
  std::thread thread;
};

SignalCancel::SignalCancel() : SignalCancel(nullptr) {}

SignalCancel::SignalCancel(std::function<void()> hang_up) : thread_(std::make_unique<Thread>()) {
  sigemptyset(&thread_->set);
  sigaddset(&thread_->set, SIGINT);
  sigaddset(&thread_->set, SIGTERM);
  if (hang_up) sigaddset(&thread_->set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &thread_->set, &thread_->before);
  thread_->thread = std::thread([this, hang_up = std::move(hang_up)] {
    const timespec look{0, 100'000'000};
    while (!thread_->stop) {
      const int signal = sigtimedwait(&thread_->set, nullptr, &look);
      if (signal <= 0 || thread_->stop) continue;
      if (signal == SIGHUP)
        hang_up();
      else
        token_.cancel();
    }
  });
}

SignalCancel::~SignalCancel() {
  thread_->stop = true;
  pthread_kill(thread_->thread.native_handle(), SIGTERM);   // to that thread alone, which takes it and ends
  thread_->thread.join();
  pthread_sigmask(SIG_SETMASK, &thread_->before, nullptr);
}

void SignalCancel::wait() {
  while (!token_.wait_for(std::chrono::hours(1))) {
  }
}

}  // namespace seabed
