#pragma once
// Errors as JSON: on the agent's socket and on standard error with --output json.

#include <nlohmann/json_fwd.hpp>

#include "core/base/status.h"

namespace seabed {

using Json = nlohmann::ordered_json;

/// Foreign text: discarded (no object, no array) also where it is nested deeper than 64: copies of a Json recurse.
Json parse_shallow(const std::string& text);

Json to_json(const Error& error);
/// kInternal when it is no error of ours.
Error error_from_json(const Json& json);

}  // namespace seabed
