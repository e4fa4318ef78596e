#include <chrono>
#include <nlohmann/json.hpp>

#include "core/engine/statement/parse.h"
#include "tools/agent/audit.h"
#include "tools/agent/statement_results.h"

namespace seabed {
namespace {

Error with_place(Error error, size_t number, size_t of) {
  if (of > 1)
    error.reason += " (statement " + std::to_string(number) + " of " + std::to_string(of) +
                    "; those before it were done)";
  return error;
}

/// All that will run, or the error of the first that never does.
Result<std::vector<statement::Statement>> read(const std::string& text) {
  SEABED_TRY(auto statements, statement::parse_statements(text));
  for (const auto& one : statements)  // a list with something in it that will never run does nothing
    if (auto* refused = std::get_if<statement::Refused>(&one))
      return fail(Code::kUnsupported, refused->name, refused->reason, refused->next_step);
  return statements;
}

/// sql/execute {statement, session?}: one or several with `;`. All are read before the first runs; the first
/// that fails ends it.
Result<Json> execute(Engine& engine, const Json& args, const Caller& caller) {
  auto session = session_from(args.value("session", Json::object()));
  auto statements = session ? read(args.at("statement").get<std::string>()) : fail(session.error());
  if (!statements) {
    audit_call(caller, "sql/execute", Json::object(), fail(statements.error()), {});
    return fail(statements.error());
  }
  Json results = Json::array();
  for (const auto& one : *statements) {
    auto result = run_statement(engine, one, caller, *session);
    if (!result) return fail(with_place(result.error(), results.size() + 1, statements->size()));
    results.push_back(std::move(*result));
  }
  return results;
}

}  // namespace

Result<StatementSession> session_from(const Json& json) {
  StatementSession session;
  session.encryption_password = json.value("encryption_password", "");
  session.decryption_passwords = json.value("decryption_passwords", std::vector<std::string>());
  session.preview = json.value("preview", "");
  if (!session.preview.empty() && !parse_shallow(session.preview).is_object())
    return fail(Code::kInvalidArgument, "session", "its preview is no JSON object");
  return session;
}

Json session_json(const StatementSession& session) {
  return {{"encryption_password", session.encryption_password},
          {"decryption_passwords", session.decryption_passwords},
          {"preview", session.preview}};
}

Calls statement_calls() { return {{"sql/execute", execute}}; }

}  // namespace seabed
