#pragma once
// Calls of the engine with JSON on both sides: what the agent's socket serves, and what the CLI runs in
// process where no agent answers. Names are "noun/verb".

#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "core/base/caller.h"
#include "core/engine/engine.h"
#include "tools/cli/error_json.h"

namespace seabed {

/// Made from `Result<Json>(Engine&, const Json& arguments)`, or from the same with a `const Caller&` behind it for
/// calls whose answer depends on who asks. Rights are checked before it runs (call_rights.h).
class Call {
 public:
  template <class F>
    requires(!std::is_same_v<std::decay_t<F>, Call>)
  Call(F call) {  // NOLINT: implicit, so that tables of calls read well
    if constexpr (std::is_invocable_v<F&, Engine&, const Json&, const Caller&>)
      call_ = std::move(call);
    else
      call_ = [call](Engine& engine, const Json& args, const Caller&) -> Result<Json> { return call(engine, args); };
  }
  Result<Json> operator()(Engine& engine, const Json& arguments, const Caller& caller) const;

 private:
  std::function<Result<Json>(Engine&, const Json&, const Caller&)> call_;
};
using Calls = std::map<std::string, Call>;

/// kNotFound for an unknown name; kInvalidArgument when an argument is missing or of another type;
/// kPermissionDenied when it is not the caller's to ask.
Result<Json> run_call(Engine& engine, const std::string& name, const Json& arguments, const Caller& caller);
/// As sys.
Result<Json> run_call(Engine& engine, const std::string& name, const Json& arguments);
bool is_call(const std::string& name);
std::vector<std::string> call_names();

Calls tenant_calls();
Calls archive_calls();
Calls backup_calls();
Calls look_calls();
Calls clean_calls();
Calls drill_calls();
Calls restore_calls();
Calls standby_calls();
Calls cluster_calls();
Calls table_calls();
Calls statement_calls();
Calls key_calls();
Calls catalog_calls();
Calls quick_calls();

}  // namespace seabed
