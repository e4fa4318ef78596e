// A statement as a whole: who it is for, its calls, its answer.
#include <chrono>
#include <nlohmann/json.hpp>

#include "tools/agent/audit.h"
#include "tools/agent/call_rights.h"
#include "tools/agent/statement_run.h"

namespace seabed {
namespace {

Status refuse_clause(const statement::Tenants& tenants, const Caller& caller) {
  if (caller.sys || !tenants.given) return ok();
  return fail(Code::kPermissionDenied, "TENANT", "is for sys only: a tenant's admin acts on its own tenant",
              "leave the clause out");
}

bool is_skipped(const Error& error, int skipped) {
  if (skipped == StatementRun::kNotFound) return error.code == Code::kNotFound;
  return skipped && error.ob_error == skipped;
}

Error after(Error error, const std::string& done) {
  if (!done.empty()) error.reason += "; done before it for: " + done;
  return error;
}

}  // namespace

Result<std::string> StatementRun::one_name(const statement::Tenants& tenants) {
  SEABED_CHECK(refuse_clause(tenants, caller_));
  if (!caller_.sys) return caller_.tenant;
  if (tenants.names.size() == 1) return tenants.names.front();
  return fail(Code::kInvalidArgument, name_,
              "needs TENANT = name: it is about one tenant, and sys has none of its own", "add the clause");
}

Result<std::vector<std::string>> StatementRun::names(const statement::Tenants& tenants) {
  SEABED_CHECK(refuse_clause(tenants, caller_));
  std::vector<std::string> names = tenants.names;
  if (!caller_.sys) names = {caller_.tenant};
  if (names.empty()) {
    SEABED_TRY(const auto rows, engine_.tenants());
    for (const auto& row : rows) names.push_back(row.name);
  }
  for (const std::string& name :
       names) {  // before anything is done: one that is not there fails the statement
    SEABED_CHECK(check_user_tenant(name));
    SEABED_CHECK(engine_.tenant(name));
  }
  return names;
}

Result<Json> StatementRun::call(const std::string& call, const Json& arguments) {
  if (!is_call(call)) {
    SEABED_CHECK(check_rights(caller_, call, arguments));
    return fail(Code::kUnsupported, name_, "is not supported yet", "docs/statements.md says what works");
  }
  called_ = true;
  return run_call(engine_, call, arguments, caller_);
}

Result<Json> StatementRun::once(const std::string& name, const Json& arguments) {
  SEABED_TRY(const Json answer, call(name, arguments));
  if (answer.is_array()) return statement_result(name_, answer);
  Json row = Json::object();
  if (arguments.contains("tenant")) row["tenant"] = arguments["tenant"];
  if (answer.is_object()) row.update(answer);
  return statement_result(name_, Json::array({row}));
}

Result<Json> StatementRun::each(const std::string& name, const statement::Tenants& tenants,
                                const Json& arguments, int skipped) {
  SEABED_TRY(const auto all, names(tenants));
  const bool listed = !caller_.sys || !tenants.names.empty();
  Json rows = Json::array();
  Result<Json> last = fail(Code::kNotFound, "TENANT", "there is no user tenant");
  std::string done;
  for (const std::string& tenant : all) {
    Json mine = arguments;
    mine["tenant"] = tenant;
    last = call(name, mine);
    if (!last && !listed && is_skipped(last.error(), skipped)) continue;
    if (!last) return fail(after(last.error(), done));
    Json row{{"tenant", tenant}};
    if (last->is_object()) row.update(*last);
    rows.push_back(row);
    done += (done.empty() ? "" : ", ") + tenant;
  }
  if (rows.empty()) return fail(last.error());
  return statement_result(name_, rows);
}

Json statement_result(const std::string& name, const Json& objects) {
  Json columns = Json::array(), rows = Json::array();
  if (!objects.empty())
    for (const auto& [key, value] : objects[0].items()) columns.push_back(key);
  for (const Json& object : objects) {
    Json row = Json::array();
    for (const Json& key : columns) row.push_back(object.value(key.get<std::string>(), Json(nullptr)));
    rows.push_back(std::move(row));
  }
  return Json{{"statement", name}, {"columns", columns}, {"rows", rows}};
}

Result<Json> run_statement(Engine& engine, const statement::Statement& statement, const Caller& caller,
                           StatementSession& session) {
  const std::string name = statement::name_of(statement);
  const auto began = std::chrono::steady_clock::now();
  StatementRun one(engine, caller, name, session);
  const Json before = session_json(session);
  auto result = std::visit([&](const auto& s) { return run(one, s); }, statement);
  if (one.nothing_called())
    audit_call(one.caller(), "sql/execute", Json::object(), result, std::chrono::steady_clock::now() - began);
  if (!result) return result;
  Json out{{"statement", name}};
  out.update(*result);
  if (Json now = session_json(session); now != before) out["session"] = std::move(now);
  return out;
}

}  // namespace seabed
