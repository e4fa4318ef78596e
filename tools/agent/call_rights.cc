#include "tools/agent/call_rights.h"

#include <map>
#include <nlohmann/json.hpp>

namespace seabed {
namespace {

using Who = CallRule::Who;
constexpr bool kLooks = false;

/// Every call of the program. What starts a tenant that is yet to be, or is the cluster's, is for sys; an admin sees what
/// is going on for the tenant of its own name (docs/operator-guide.md, Rights).
const std::map<std::string, CallRule>& rules() {
  static const std::map<std::string, CallRule> all = {
      {"archive/set-dest", {Who::kTenant}},
      {"archive/clear-dest", {Who::kTenant}},
      {"archive/status", {Who::kTenant, kLooks}},
      {"archive/start", {Who::kTenant}},
      {"archive/stop", {Who::kTenant}},
      {"archive/defer", {Who::kTenant}},
      {"archive/enable", {Who::kTenant}},
      {"archive/flush", {Who::kTenant}},
      {"backup/set-dest", {Who::kTenant}},
      {"backup/clear-dest", {Who::kTenant}},
      {"backup/start", {Who::kTenant}},
      {"backup/job", {Who::kEach, kLooks}},
      {"backup/status", {Who::kTenant, kLooks}},
      {"backup/list", {Who::kTenant, kLooks}},
      {"backup/cancel", {Who::kTenant}},
      {"backup/start-all", {Who::kSys}},
      {"backup/cancel-all", {Who::kSys}},
      {"tenant/list", {Who::kEach, kLooks}},
      {"tenant/show", {Who::kTenant, kLooks}},
      {"parameter/set", {Who::kTenant}},
      {"parameter/show", {Who::kTenant, kLooks}},
      {"cluster/set-parameter", {Who::kSys}},
      {"cluster/parameters", {Who::kSys, kLooks}},
      {"cluster/backup-parameters", {Who::kSys}},
      {"storage/change", {Who::kAdmin}},
      {"key/backup", {Who::kTenant}},
      {"key/rotate", {Who::kTenant}},
      {"key/status", {Who::kTenant, kLooks}},
      {"clean/add-policy", {Who::kTenant}},
      {"clean/drop-policy", {Who::kTenant}},
      {"clean/policies", {Who::kTenant, kLooks}},
      {"clean/run", {Who::kTenant, true, true}},
      {"clean/delete-sets", {Who::kTenant, true, true}},
      {"clean/delete-pieces", {Who::kTenant, true, true}},
      {"clean/cancel", {Who::kTenant}},
      {"clean/status", {Who::kTenant, kLooks}},
      {"restore/start", {Who::kSys}},
      {"restore/preview", {Who::kSys, kLooks}},
      {"restore/cancel", {Who::kSys}},
      {"restore/status", {Who::kTenant, kLooks}},
      {"standby/recover", {Who::kTenant}},
      {"standby/activate", {Who::kTenant}},
      {"standby/discard", {Who::kSys, true, true}},
      {"standby/find", {Who::kSys, kLooks}},
      {"standby/set-log-source", {Who::kTenant}},
      {"standby/status", {Who::kTenant, kLooks}},
      {"upgrade/run", {Who::kSys}},
      {"table/recover", {Who::kSys}},
      {"table/cancel", {Who::kSys}},
      {"table/status", {Who::kTenant, kLooks}},
      {"quick/hydrate", {Who::kSys}},
      {"quick/status", {Who::kTenant, kLooks}},
      {"quick/find", {Who::kTenant, kLooks}},
      {"catalog/rebuild", {Who::kSys, true, true}},
      {"drill/run", {Who::kSys}},
      {"drill/status", {Who::kTenant, kLooks}},
      {"drill/cancel", {Who::kSys}},
      {"config/reload", {Who::kSys}},
      {"doctor", {Who::kTenant, kLooks}},
      {"verify/mark", {Who::kSys}},
      {"sql", {Who::kEach, kLooks}},
      {"sql/execute", {Who::kEach, kLooks}},  // its statements are calls of their own
  };
  return all;
}

tl::unexpected<Error> denied(const Caller& caller, const std::string& what, const std::string& next_step) {
  return fail(Code::kPermissionDenied, what, "is not for the admin of tenant " + caller.tenant, next_step);
}

Status check_own(const Caller& caller, const Json& name) {
  SEABED_CHECK(check_user_tenant(name.get<std::string>()));
  if (caller.sys || name == caller.tenant) return ok();
  return denied(caller, "tenant " + name.get<std::string>(), "act for tenant " + caller.tenant + ", or ask sys");
}

/// A word before the URI (LOCATION=) is not part of it. What is no URI is for the call itself to refuse.
Status check_named(const TenantDestinations& rules, const Json& value) {
  if (value.is_array()) {
    for (const Json& one : value) SEABED_CHECK(check_named(rules, one));
    return ok();
  }
  if (!value.is_string()) return ok();
  std::string text = value.get<std::string>();
  if (const size_t equals = text.find('='); equals < text.find("://")) text.erase(0, equals + 1);
  const auto uri = parse_uri(text);
  return uri ? check_tenant_destination(rules, *uri) : ok();
}

}  // namespace

const CallRule* rule_of(const std::string& call) {
  auto found = rules().find(call);
  return found == rules().end() ? nullptr : &found->second;
}

Result<Json> check_rights(const Caller& caller, const std::string& call, const Json& arguments) {
  const CallRule* rule = rule_of(call);
  if (!rule)
    return fail(Code::kPermissionDenied, call, "has no rule that says who may call it",
                "a bug in Seabed: its line is missing in tools/agent/call_rights.cc");
  Json args = arguments;
  if (rule->who == Who::kSys && !caller.sys) return denied(caller, call, "sys may do it");
  if (rule->who == Who::kAdmin && caller.sys)
    return fail(Code::kPermissionDenied, call, "is for a tenant's admin, not for sys",
                "in a session of the tenant: `seabed sql --tenant NAME`");
  if (args.contains("tenants"))
    for (const Json& name : args["tenants"]) SEABED_CHECK(check_own(caller, name));
  if (args.contains("tenant")) SEABED_CHECK(check_own(caller, args["tenant"]));
  // Also beside a list: a call that knows none would take "no tenant" as all.
  if (!caller.sys && rule->who != Who::kEach && !args.contains("tenant")) args["tenant"] = caller.tenant;
  return args;
}

Status check_named_destinations(const TenantDestinations& rules, const Caller& caller, const std::string& call,
                                const Json& arguments) {
  if (caller.sys || caller.by_sys) return ok();
  for (const char* name : {"uri", "uris", "key_uri"})
    if (arguments.contains(name)) SEABED_CHECK(check_named(rules, arguments[name]));
  if (call == "standby/set-log-source" && arguments.contains("value"))
    SEABED_CHECK(check_named(rules, arguments["value"]));
  return ok();
}

}  // namespace seabed
