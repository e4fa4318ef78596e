#include "tools/agent/calls.h"

#include <nlohmann/json.hpp>

namespace seabed {
namespace {

const Calls& all_calls() {
  static const Calls calls = [] {
    Calls out;
    for (Calls part : {tenant_calls(), archive_calls(), backup_calls(), look_calls()}) out.merge(part);
    return out;
  }();
  return calls;
}

}  // namespace

Result<Json> run_call(Engine& engine, const std::string& name, const Json& arguments) {
  auto found = all_calls().find(name);
  if (found == all_calls().end())
    return fail(Code::kNotFound, name, "is no call of this version",
                "agent and program must be of one version");
  try {
    return found->second(engine, arguments);
  } catch (const Json::exception& e) {
    return fail(Code::kInvalidArgument, name, e.what());
  }
}

}  // namespace seabed
