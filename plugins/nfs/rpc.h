#pragma once
// One TCP connection to one RPC program of a server: a libnfs context driven by our own loop, so that
// deadline and cancel are obeyed. It never reconnects: nothing is sent twice.

#include <functional>
#include <memory>

#include "handle.h"
#include "options.h"

namespace seabed_nfs {

/// One thread at a time.
class Rpc {
 public:
  ~Rpc() { abandon(); }
  /// `port` 0: the one that the server's port mapper tells.
  static int32_t connect(const Options& options, int port, int program, int version, const Context& context,
                         std::unique_ptr<Rpc>* out, Error& error);

  rpc_context* raw() const { return rpc_; }
  bool alive() const { return rpc_ != nullptr; }
  /// Nothing is outstanding, yet there is something to read: the server closed the connection.
  bool closed_by_server() const;
  /// Until `done`. Else SEABED_TIMEOUT, SEABED_CANCELLED or SEABED_UNAVAILABLE, all transient: the connection
  /// is gone then, and every outstanding callback has been called.
  int32_t wait(const std::function<bool()>& done, const Context& context, Error& error);
  /// After an answer that tells of a broken connection.
  int32_t lost(Error& error);

 private:
  void abandon();
  rpc_context* rpc_ = nullptr;
};

}  // namespace seabed_nfs
