#pragma once
// One call of a verb: its options, the configuration, the engine (in the agent or in process), and where
// answers go.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/cli/error_json.h"
#include "tools/cli/verb.h"
#include "tools/config/config.h"

namespace seabed {

class Machine;

class Invocation {
 public:
  Invocation(const Verb& verb, std::string config_path, bool config_given, bool json);
  ~Invocation();
  /// The words behind the verb. kInvalidArgument names the option.
  Status parse(const std::vector<std::string>& words);

  bool has(const std::string& option) const { return values_.count(option) != 0; }
  std::string text(const std::string& option, const std::string& otherwise = {}) const;
  std::vector<std::string> list(const std::string& option) const;
  Result<uint64_t> number(const std::string& option, uint64_t otherwise) const;

  bool json() const { return json_; }
  /// The configuration must be there.
  Result<const Config*> config();
  /// Its drivers and limits if there is one, else what is beside the program.
  Result<const Config*> config_or_default();
  /// Where there is a configuration with a catalog.
  bool has_catalog();
  /// Drivers, adapters, clock: without a catalog.
  Result<Machine*> machine();

  /// A call of the engine (agent/calls.h): over the agent's socket when one answers there, else in this
  /// process.
  Result<Json> call(const std::string& name, const Json& arguments);
  /// True when the last call() went to an agent.
  bool through_agent() const { return through_agent_; }

  /// Prints `answer` as JSON, or what `text` writes. Returns kExitOk.
  int answer(const Json& answer, const std::function<std::string()>& text) const;

 private:
  Result<Json> call_here(const std::string& name, const Json& arguments);

  const Verb& verb_;
  std::string config_path_;
  bool config_given_, json_, through_agent_ = false;
  std::map<std::string, std::vector<std::string>> values_;
  std::unique_ptr<Config> config_;
  std::unique_ptr<Machine> machine_;
};

}  // namespace seabed
