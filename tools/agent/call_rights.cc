#include "tools/agent/call_rights.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace seabed {
namespace {

/// Nouns that act on the cluster, or on tenants that are yet to be: sys only. Everything else is per tenant.
bool sys_only(const std::string& call) {
  static constexpr std::string_view kNouns[] = {"cluster/", "restore/", "table/", "upgrade/", "config/", "verify/"};
  return std::any_of(std::begin(kNouns), std::end(kNouns), [&](auto noun) { return call.starts_with(noun); });
}

/// Calls that look at the caller themselves.
bool checks_itself(const std::string& call) {
  return call == "sql" || call.starts_with("sql/") || call == "backup/job" || call == "tenant/list";
}

bool is_meta(const std::string& name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower == "sys" || lower.starts_with("meta$");
}

Status check_is_user_tenant(const std::string& name) {
  if (!is_meta(name)) return ok();
  return fail(Code::kConflict, "tenant " + name,
              "is not a user tenant: sys and meta tenants are never archived, backed up or restored",
              "name a tenant of `seabed tenant list`");
}

tl::unexpected<Error> denied(const Caller& caller, const std::string& what, const std::string& next_step) {
  return fail(Code::kPermissionDenied, what, "is not for the admin of tenant " + caller.tenant, next_step);
}

Status check_own(const Caller& caller, const Json& name) {
  SEABED_CHECK(check_is_user_tenant(name.get<std::string>()));
  if (caller.sys || name == caller.tenant) return ok();
  return denied(caller, "tenant " + name.get<std::string>(), "act for tenant " + caller.tenant + ", or ask sys");
}

}  // namespace

Result<Json> check_rights(const Caller& caller, const std::string& call, const Json& arguments) {
  Json args = arguments;
  if (!caller.sys && sys_only(call)) return denied(caller, call, "sys may do it");
  if (args.contains("tenants"))
    for (const Json& name : args["tenants"]) SEABED_CHECK(check_own(caller, name));
  if (args.contains("tenant")) SEABED_CHECK(check_own(caller, args["tenant"]));
  if (!caller.sys && !checks_itself(call) && !args.contains("tenant") && !args.contains("tenants"))
    args["tenant"] = caller.tenant;
  return args;
}

}  // namespace seabed
