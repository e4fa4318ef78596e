#include <nlohmann/json.hpp>

#include "core/engine/statement/parse.h"
#include "tools/agent/statement_results.h"

namespace seabed {
namespace {

/// sql/execute {statement}: one or several with `;`. All are read before the first runs; the first that fails ends it.
Result<Json> execute(Engine& engine, const Json& args, const Caller& caller) {
  SEABED_TRY(const auto statements, statement::parse_statements(args.at("statement").get<std::string>()));
  for (const auto& one : statements)  // a list with something in it that will never run does nothing
    if (auto* refused = std::get_if<statement::Refused>(&one))
      return fail(Code::kUnsupported, refused->name, refused->reason, refused->next_step);
  Json results = Json::array();
  for (const auto& one : statements) {
    auto result = run_statement(engine, one, caller);
    if (!result && statements.size() > 1)
      result.error().reason += " (statement " + std::to_string(results.size() + 1) + " of " +
                               std::to_string(statements.size()) + "; those before it were done)";
    if (!result) return result;
    results.push_back(std::move(*result));
  }
  return results;
}

}  // namespace

Calls statement_calls() { return {{"sql/execute", execute}}; }

}  // namespace seabed
