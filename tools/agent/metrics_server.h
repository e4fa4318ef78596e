#pragma once
// The page of metrics over plain HTTP: GET /metrics on one address, nothing else. It tells no secret and
// takes no input, but who may read it is a matter of the address: the default in the samples is this machine
// only.

#include <functional>
#include <memory>
#include <string>

#include "core/base/status.h"

namespace seabed {

class MetricsServer {
 public:
  /// `listen` as in [metrics]; a port of 0 takes a free one. `page` is called on the server's thread, one at
  /// a time.
  static Result<std::unique_ptr<MetricsServer>> start(const std::string& listen,
                                                      std::function<std::string()> page);
  virtual ~MetricsServer() = default;
  virtual uint16_t port() const = 0;
};

}  // namespace seabed
