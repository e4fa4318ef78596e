#pragma once
// Calls of the engine with JSON on both sides: what the agent's socket serves, and what the CLI runs in
// process where no agent answers. Names are "noun/verb".

#include <functional>
#include <map>
#include <string>

#include "core/engine/engine.h"
#include "tools/cli/error_json.h"

namespace seabed {

using Call = std::function<Result<Json>(Engine&, const Json& arguments)>;
using Calls = std::map<std::string, Call>;

/// kNotFound for an unknown name; kInvalidArgument when an argument is missing or of another type.
Result<Json> run_call(Engine& engine, const std::string& name, const Json& arguments);

Calls tenant_calls();
Calls archive_calls();
Calls backup_calls();
Calls look_calls();

}  // namespace seabed
