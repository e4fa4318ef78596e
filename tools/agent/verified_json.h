#pragma once
// What a verify found, on its way to the call "verify/mark".

#include <nlohmann/json_fwd.hpp>

#include "core/engine/restore/verified.h"
#include "tools/cli/error_json.h"

namespace seabed {

Json verified_json(const VerifiedDestination& verified);
/// Throws what nlohmann throws: run_call turns it into kInvalidArgument.
VerifiedDestination read_verified(const Json& json);

}  // namespace seabed
