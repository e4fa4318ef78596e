#include <nlohmann/json.hpp>  // complete before calls.h, whose Call is made from lambdas that return it

#include "tools/agent/calls.h"

#include <chrono>

#include "tools/agent/audit.h"
#include "tools/agent/call_rights.h"

namespace seabed {
namespace {

const Calls& all_calls() {
  static const Calls calls = [] {
    Calls out;
    for (Calls part : {tenant_calls(), archive_calls(), backup_calls(), look_calls(), clean_calls(), restore_calls(), standby_calls(), key_calls(), drill_calls(), table_calls(), statement_calls(), cluster_calls(), catalog_calls(), quick_calls()}) out.merge(part);
    return out;
  }();
  return calls;
}

}  // namespace

Result<Json> Call::operator()(Engine& engine, const Json& arguments, const Caller& caller) const {
  return call_(engine, arguments, caller);
}

bool is_call(const std::string& name) { return all_calls().count(name) != 0; }

std::vector<std::string> call_names() {
  std::vector<std::string> out;
  for (const auto& [name, call] : all_calls()) out.push_back(name);
  return out;
}

namespace {

/// A session of sys for one tenant (`seabed sql --tenant`) is that tenant's admin.
Result<Caller> in_session(Engine& engine, const Caller& caller, const std::string& name, const Json& arguments) {
  Caller own = caller;
  if (!caller.sys || (name != "sql" && name != "sql/execute") || !arguments.contains("tenant")) return own;
  own.sys = false, own.by_sys = true, own.tenant = arguments["tenant"];
  SEABED_CHECK(engine.tenant(own.tenant));
  return own;
}

/// `entered`: the caller may, and the call itself began.
Result<Json> checked_call(Engine& engine, const std::string& name, const Json& arguments, const Caller& caller,
                          bool* entered) {
  try {
    SEABED_TRY(const Json checked, check_rights(caller, name, arguments));
    SEABED_TRY(const Caller own, in_session(engine, caller, name, checked));
    SEABED_CHECK(check_named_destinations(engine.context().tenant_destinations, own, name, checked));
    if (rule_of(name)->changes) SEABED_CHECK(audit_ready());
    *entered = true;
    return all_calls().find(name)->second(engine, checked, own);
  } catch (const Json::exception& e) {
    return fail(Code::kInvalidArgument, name, e.what());
  }
}

/// What changes something, or would have; every statement; what only looks when it is not the caller's to see.
bool is_audited(const std::string& name, const Json& arguments, const Caller& caller, const Result<Json>& result) {
  if (name == "sql" || name == "sql/execute" || !caller.statement.empty()) return true;
  const CallRule* rule = rule_of(name);
  const bool dry = rule && rule->can_be_dry && arguments.contains("dry_run") && arguments["dry_run"] == true;
  return (rule && rule->changes && !dry) || (!result && result.error().code == Code::kPermissionDenied);
}

}  // namespace

Result<Json> run_call(Engine& engine, const std::string& name, const Json& arguments, const Caller& caller) {
  if (!is_call(name))
    return fail(Code::kNotFound, name, "is no call of this version",
                "agent and program must be of one version");
  const auto began = std::chrono::steady_clock::now();
  bool entered = false;
  auto result = checked_call(engine, name, arguments, caller, &entered);
  const bool told = entered && name == "sql/execute";  // its statements have a line each
  if (!told && is_audited(name, arguments, caller, result))
    audit_call(caller, name, arguments, result, std::chrono::steady_clock::now() - began);
  return result;
}

Result<Json> run_call(Engine& engine, const std::string& name, const Json& arguments) {
  return run_call(engine, name, arguments, Caller::system());
}

}  // namespace seabed
