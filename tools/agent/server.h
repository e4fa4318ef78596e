#pragma once
// The agent's socket: a Unix socket of mode 0600 that serves the calls of calls.h as HTTP and JSON.

#include <functional>
#include <memory>
#include <string>

#include "core/base/status.h"
#include "tools/cli/error_json.h"

namespace seabed {

/// Runs a call; thread-safe.
using CallFn = std::function<Result<Json>(const std::string& name, const Json& arguments)>;

class Server {
 public:
  /// Takes a dead agent's socket away: the caller holds the catalog's lock, so nobody else can live there.
  static Result<std::unique_ptr<Server>> start(const std::string& socket, CallFn call);
  /// Ends the connections, removes the socket.
  virtual ~Server() = default;
};

}  // namespace seabed
