#pragma once
// [log], [metrics], [alert]: what tells how Seabed does. All of it is applied by a reload.

#include <string>

#include "core/base/status.h"
#include "tools/config/config.h"

namespace seabed {

class TableReader;

/// [log], [metrics], [alert], [drill]: what a reload applies.
Status read_observation(TableReader reader, const std::string& name, Config* config);

/// "127.0.0.1:9188", "[::1]:0". kInvalidArgument: no host, or a port above 65535.
struct HostPort {
  std::string host;
  uint16_t port = 0;
};
Result<HostPort> parse_host_port(const std::string& text);

/// "http://host[:port]/path"; https is refused with what to do instead (docs/decisions).
struct HttpUrl {
  std::string host, path;
  uint16_t port = 80;
};
Result<HttpUrl> parse_http_url(const std::string& text);

}  // namespace seabed
