#include "rpc.h"

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <mutex>
#include <string>

namespace seabed_nfs {

namespace {
constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kSilence =
    60 * kSecond;  // longest wait for a byte of the server when the host has no deadline
constexpr uint64_t kLook = kSecond / 20;  // between two looks at deadline and cancel

uint64_t now() {
  timespec ts{};
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return static_cast<uint64_t>(ts.tv_sec) * kSecond + static_cast<uint64_t>(ts.tv_nsec);
}

struct Connecting {
  bool done = false;
  int status = RPC_STATUS_ERROR;
};

void connected(rpc_context*, int status, void*, void* to) {
  auto& connecting = *static_cast<Connecting*>(to);
  connecting.done = true;
  connecting.status = status;
}

rpc_context* new_context(const Options& options) {
  static std::mutex mutex;  // libnfs numbers its contexts with an unguarded counter
  std::lock_guard lock(mutex);
  rpc_context* rpc = rpc_init_context();
  if (rpc == nullptr) return nullptr;
  if (options.uid >= 0) rpc_set_uid(rpc, options.uid);
  if (options.gid >= 0) rpc_set_gid(rpc, options.gid);
  return rpc;
}
}  // namespace

void Rpc::abandon() {
  if (rpc_ == nullptr) return;
  rpc_context* gone = rpc_;
  rpc_ = nullptr;
  rpc_disconnect(gone, "given up");
  rpc_destroy_context(gone);
}

bool Rpc::closed_by_server() const {
  pollfd poller{rpc_get_fd(rpc_), POLLIN, 0};
  return ::poll(&poller, 1, 0) != 0;
}

int32_t Rpc::lost(Error& error) {
  const char* text = rpc_ == nullptr ? nullptr : rpc_get_error(rpc_);
  const std::string reason = text == nullptr || text[0] == 0 ? "the connection was closed" : text;
  abandon();
  return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "no connection to the NFS server: %s",
                    reason.c_str());
}

int32_t Rpc::wait(const std::function<bool()>& done, const Context& context, Error& error) {
  uint64_t heard = now();
  while (!done()) {
    if (const int32_t code = context.check(error)) {
      abandon();
      return code;
    }
    pollfd poller{rpc_get_fd(rpc_), static_cast<short>(rpc_which_events(rpc_)), 0};
    const timespec timeout{0, static_cast<long>(std::min(context.remaining_ns(), kLook))};
    const int ready = ::ppoll(&poller, 1, &timeout, nullptr);
    if (ready > 0) heard = now();
    if (now() - heard > kSilence) {
      abandon();
      return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                        "the NFS server said nothing for a minute");
    }
    if (rpc_service(rpc_, ready > 0 ? poller.revents : 0) < 0 && !done()) return lost(error);
  }
  return SEABED_OK;
}

int32_t Rpc::connect(const Options& options, int port, int program, int version, const Context& context,
                     std::unique_ptr<Rpc>* out, Error& error) {
  if (const int32_t code = context.check(error)) return code;
  auto made = std::make_unique<Rpc>();
  made->rpc_ = new_context(options);
  if (made->rpc_ == nullptr)
    return error.fail(SEABED_INTERNAL, SEABED_RETRY_TRANSIENT, "no NFS connection can be made");
  Connecting connecting;
  const char* server = options.server.c_str();
  const int begun =
      port != 0 ? rpc_connect_port_async(made->rpc_, server, port, program, version, connected, &connecting)
                : rpc_connect_program_async(made->rpc_, server, program, version, connected, &connecting);
  if (begun != 0) return made->lost(error);
  if (const int32_t code = made->wait([&] { return connecting.done; }, context, error)) return code;
  if (connecting.status != RPC_STATUS_SUCCESS) return made->lost(error);
  *out = std::move(made);
  return SEABED_OK;
}

}  // namespace seabed_nfs
