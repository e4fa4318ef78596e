#pragma once
// The CLI's side of the agent's socket: HTTP and JSON over a Unix socket.

#include <string>

#include "core/base/status.h"
#include "tools/cli/error_json.h"

namespace seabed {

/// POST /v1/<name>. kNotFound with the object "no agent at <socket>" when nobody listens there; the agent's
/// own error as it was; kOutcomeUnknown when the agent died before it answered.
Result<Json> call_agent(const std::string& socket, const std::string& name, const Json& arguments);

/// Somebody accepts connections there.
bool agent_listens(const std::string& socket);

}  // namespace seabed
