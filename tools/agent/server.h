#pragma once
// The agent's socket: a Unix socket that serves the calls of calls.h as HTTP and JSON, to whom [roles] let in
// (peer.h).

#include <functional>
#include <memory>
#include <string>

#include "core/base/status.h"
#include "tools/agent/peer.h"
#include "tools/cli/error_json.h"

namespace seabed {

/// Thread-safe both.
struct ServerCalls {
  /// Runs a call for who is at the other end.
  std::function<Result<Json>(const std::string& name, const Json& arguments, const Peer& peer)> call;
  /// Somebody without a role: its request is not read, only answered with this.
  std::function<Status(const std::string& name, const Peer& peer)> admit;
};

class Server {
 public:
  /// Takes a dead agent's socket away: the caller holds the catalog's lock, so nobody else can live there.
  static Result<std::unique_ptr<Server>> start(const std::string& socket, const SocketAccess& access,
                                               ServerCalls calls);
  /// Mode and group from now on.
  virtual Status open_to(const SocketAccess& access) = 0;
  /// Ends the connections, removes the socket.
  virtual ~Server() = default;
};

}  // namespace seabed
