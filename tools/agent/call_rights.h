#pragma once
// Who may make which call (reference: statements, section 2), and which calls change something (audit.h). A
// call that is in no rule is refused: a new call comes with its line in call_rights.cc.

#include <string>

#include "core/base/caller.h"
#include "core/base/status.h"
#include "core/storage/tenant_destinations.h"
#include "tools/cli/error_json.h"
#include "tools/config/user_tenant.h"

namespace seabed {

struct CallRule {
  enum class Who {
    kSys,     // sys only
    kTenant,  // sys, and a tenant's admin for its own tenant: it gets its tenant where none is named
    kAdmin,   // a tenant's admin only
    kEach,    // everybody: the call looks at the caller itself, and shows an admin its own tenant only
  } who = Who::kSys;
  bool changes = true;
  bool can_be_dry = false;  // knows dry_run
};

/// nullptr: no rule.
const CallRule* rule_of(const std::string& call);

/// The arguments to run the call with. kPermissionDenied for what is not the caller's; kConflict for `sys`
/// and meta tenants as the tenant of a call.
Result<Json> check_rights(const Caller& caller, const std::string& call, const Json& arguments);

/// kPermissionDenied for a destination that a tenant's admin may not name (core/storage/tenant_destinations.h), in
/// whichever argument of whichever call: uri, uris, key_uri, and what follows LOCATION= in value. sys may name any, also
/// in a session for a tenant. storage/change only finds a destination by its path.
Status check_named_destinations(const TenantDestinations& rules, const Caller& caller, const std::string& call,
                                const Json& arguments);

}  // namespace seabed
