#include <nlohmann/json.hpp>  // complete before calls.h, whose Call is made from lambdas that return it

#include "tools/agent/calls.h"

#include "tools/agent/call_rights.h"

namespace seabed {
namespace {

const Calls& all_calls() {
  static const Calls calls = [] {
    Calls out;
    for (Calls part : {tenant_calls(), archive_calls(), backup_calls(), look_calls(), clean_calls(), statement_calls(), quick_calls()}) out.merge(part);
    return out;
  }();
  return calls;
}

}  // namespace

Result<Json> Call::operator()(Engine& engine, const Json& arguments, const Caller& caller) const {
  return call_(engine, arguments, caller);
}

bool is_call(const std::string& name) { return all_calls().count(name) != 0; }

Result<Json> run_call(Engine& engine, const std::string& name, const Json& arguments, const Caller& caller) {
  auto found = all_calls().find(name);
  if (found == all_calls().end())
    return fail(Code::kNotFound, name, "is no call of this version",
                "agent and program must be of one version");
  try {
    SEABED_TRY(const Json checked, check_rights(caller, name, arguments));
    return found->second(engine, checked, caller);
  } catch (const Json::exception& e) {
    return fail(Code::kInvalidArgument, name, e.what());
  }
}

Result<Json> run_call(Engine& engine, const std::string& name, const Json& arguments) {
  return run_call(engine, name, arguments, Caller::system());
}

}  // namespace seabed
