#pragma once
// Who may make which call (reference: statements, section 2).

#include <string>

#include "core/base/caller.h"
#include "core/base/status.h"
#include "tools/cli/error_json.h"

namespace seabed {

/// The arguments to run the call with: a tenant's admin gets its own tenant where none is named.
/// kPermissionDenied for what is not the caller's; kConflict for `sys` and meta tenants as the tenant of a call.
Result<Json> check_rights(const Caller& caller, const std::string& call, const Json& arguments);

}  // namespace seabed
