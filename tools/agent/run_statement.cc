// Statements -> calls (reference: statements, sections 3 to 5; who may: run_call).
#include <nlohmann/json.hpp>

#include "tools/agent/call_rights.h"
#include "tools/agent/statement_results.h"

namespace seabed {
namespace {

using statement::Tenants;

/// The tenants a statement acts on. Without a TENANT clause: the admin's own; for sys all user tenants that exist.
Result<std::vector<std::string>> names_of(Engine& engine, const Tenants& tenants, const Caller& caller) {
  if (!caller.sys && tenants.given)
    return fail(Code::kPermissionDenied, "TENANT", "is for sys only: a tenant's admin acts on its own tenant",
                "leave the clause out");
  if (!caller.sys) return std::vector<std::string>{caller.tenant};
  if (!tenants.names.empty()) return tenants.names;
  SEABED_TRY(auto rows, engine.tenants());
  std::vector<std::string> names;
  for (const auto& row : rows) names.push_back(row.name);
  return names;
}

Result<std::string> one_name(Engine& engine, const Tenants& tenants, const Caller& caller, const std::string& what) {
  if (caller.sys && !tenants.given)
    return fail(Code::kInvalidArgument, what, "needs TENANT = name: sys has no destinations of its own",
                "add the clause");
  SEABED_TRY(auto names, names_of(engine, tenants, caller));
  return names.front();
}

/// Lists are looked up before anything is done: one that is not there fails the statement.
Status check_known(Engine& engine, const std::vector<std::string>& names, const Caller& caller) {
  for (const std::string& name : names) {
    SEABED_CHECK(check_rights(caller, "", {{"tenant", name}}));
    SEABED_CHECK(engine.tenant(name));
  }
  return ok();
}

class Run {
 public:
  Run(Engine& engine, const Caller& caller, std::string name)
      : engine_(engine), caller_(caller), name_(std::move(name)) {}

  Result<Json> operator()(const statement::SetArchiveDest& s) {
    SEABED_TRY(const auto tenant, one_name(engine_, s.tenant, caller_, name_));
    if (s.location.empty()) return once("archive/clear-dest", {{"tenant", tenant}});
    return once("archive/set-dest", {{"tenant", tenant}, {"uri", s.location}, {"binding", s.binding},
                                     {"piece_switch_interval", s.piece_switch_interval}});
  }
  Result<Json> operator()(const statement::SetArchiveState& s) {
    SEABED_TRY(const auto tenant, one_name(engine_, s.tenant, caller_, name_));
    return once(s.enable ? "archive/enable" : "archive/defer", {{"tenant", tenant}});
  }
  Result<Json> operator()(const statement::SetDataDest& s) {
    SEABED_TRY(const auto tenant, one_name(engine_, s.tenant, caller_, name_));
    if (s.uri.empty()) return once("backup/clear-dest", {{"tenant", tenant}});
    return once("backup/set-dest", {{"tenant", tenant}, {"uri", s.uri}});
  }
  Result<Json> operator()(const statement::SetParameter& s) {
    if (caller_.sys && !s.tenants.given)
      return fail(Code::kInvalidArgument, name_, "is a tenant's: it needs TENANT = name or all_user", "add the clause");
    return each("parameter/set", s.tenants, {{"name", s.name}, {"value", s.value}});
  }
  Result<Json> operator()(const statement::ShowParameters& s) {
    SEABED_TRY(const auto tenant, one_name(engine_, s.tenant, caller_, name_));
    SEABED_TRY(const Json rows, run_call(engine_, "parameter/show", {{"tenant", tenant}}, caller_));
    Json kept = Json::array();
    for (const Json& row : rows)
      if (s.like.empty() || like(row["name"].get<std::string>(), s.like)) kept.push_back(row);
    return statement_result(name_, kept);
  }
  Result<Json> operator()(const statement::ArchiveLog& s) {
    return each(s.on ? "archive/start" : "archive/stop", s.tenants, Json::object(), s.on ? 9091 : 9092);
  }
  Result<Json> operator()(const statement::Backup& s) {
    const Json arguments{{"incremental", s.incremental}, {"plus_archivelog", s.plus_archivelog},
                         {"description", s.description}};
    return each("backup/start", s.tenants, arguments, 9040);
  }
  Result<Json> operator()(const statement::CancelBackup& s) {
    return each("backup/cancel", s.tenants, Json::object(), 9049);
  }
  Result<Json> operator()(const statement::Select& s) { return run_call(engine_, "sql", {{"sql", s.sql}}, caller_); }
  Result<Json> operator()(const statement::Refused& s) {
    return fail(Code::kUnsupported, s.name, s.reason, s.next_step);
  }

 private:
  Result<Json> once(const std::string& call, const Json& arguments) {
    SEABED_TRY(Json object, run_call(engine_, call, arguments, caller_));
    Json row{{"tenant", arguments["tenant"]}};
    row.update(object);
    return statement_result(name_, Json::array({row}));
  }

  /// The call for every tenant. Without a list a tenant that answers `skipped` (already on, not ready …) is left out,
  /// unless that leaves none; with a list the first that fails ends it and its error says what was done before.
  Result<Json> each(const std::string& call, const Tenants& tenants, const Json& arguments, int skipped = 0) {
    SEABED_TRY(const auto names, names_of(engine_, tenants, caller_));
    SEABED_CHECK(check_known(engine_, names, caller_));
    const bool listed = !caller_.sys || !tenants.names.empty();
    Json rows = Json::array();
    Result<Json> last = fail(Code::kNotFound, "TENANT", "there is no user tenant");
    std::string done;
    for (const std::string& name : names) {
      Json mine = arguments;
      mine["tenant"] = name;
      last = run_call(engine_, call, mine, caller_);
      if (!last && !listed && skipped && last.error().ob_error == skipped) continue;
      if (!last) return fail(after(last.error(), done));
      Json row{{"tenant", name}};
      row.update(*last);
      rows.push_back(row);
      done += (done.empty() ? "" : ", ") + name;
    }
    if (rows.empty()) return fail(last.error());
    return statement_result(name_, rows);
  }

  static Error after(Error error, const std::string& done) {
    if (!done.empty()) error.reason += "; done before it for: " + done;
    return error;
  }

  /// SQL's LIKE, any case, % and _ only.
  static bool like(std::string_view text, std::string_view pattern) {
    size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
    auto small = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    while (t < text.size()) {
      if (p < pattern.size() && pattern[p] == '%') star = p++, mark = t;
      else if (p < pattern.size() && (pattern[p] == '_' || small(pattern[p]) == small(text[t]))) ++p, ++t;
      else if (star != std::string_view::npos) p = star + 1, t = ++mark;
      else return false;
    }
    return pattern.find_first_not_of('%', p) == std::string_view::npos;
  }

  Engine& engine_;
  const Caller& caller_;
  std::string name_;
};

}  // namespace

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

Result<Json> run_statement(Engine& engine, const statement::Statement& statement, const Caller& caller) {
  const std::string name = statement::name_of(statement);
  SEABED_TRY(Json result, std::visit(Run(engine, caller, name), statement));
  Json out{{"statement", name}};
  out.update(result);
  return out;
}

}  // namespace seabed
