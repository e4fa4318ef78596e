#include "pool.h"

#include <chrono>

namespace seabed_nfs {

namespace {
constexpr auto kLook = std::chrono::milliseconds(50);  // between two looks at deadline and cancel
}

void Pool::release() {
  std::lock_guard lock(mutex_);
  --busy_;
  freed_.notify_one();
}

/// The last one given back that still lives: servers close connections that were idle for minutes.
std::unique_ptr<Connection> Pool::pop_idle() {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->usable()) return connection;
  }
  return nullptr;
}

int32_t Pool::take(const Context& context, std::unique_ptr<Connection>* out, Error& error) {
  {
    std::unique_lock lock(mutex_);
    while (busy_ >= options_.connections) {
      if (const int32_t code = context.check(error)) return code;
      freed_.wait_for(lock, kLook);
    }
    ++busy_;
    *out = pop_idle();
  }
  if (*out != nullptr) return SEABED_OK;
  const int32_t code = Connection::open(options_, context, out, error);
  if (code != SEABED_OK) release();
  return code;
}

void Pool::give(std::unique_ptr<Connection> connection) {
  if (connection->rpc().alive()) {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }
  release();
}

}  // namespace seabed_nfs
