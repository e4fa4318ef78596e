// seabed NOUN [VERB] [options]: finds the verb, runs it, prints its error.
#include <algorithm>
#include <csignal>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/base/log.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/log_output.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

/// What may stand anywhere on the line; the rest stays in `words`.
struct Globals {
  std::string config = default_config_path();
  bool config_given = false, json = false, help = false, version = false;
  std::vector<std::string> words;
  std::string wrong;

  void read(const std::vector<std::string>& args) {
    bool options_end = false;
    for (size_t i = 0; i < args.size(); ++i) {
      std::string value;
      if (args[i] == "--") options_end = true;
      if (options_end)
        words.push_back(args[i]);
      else if (args[i] == "-h" || args[i] == "--help")
        help = true;
      else if (args[i] == "--version")
        version = true;
      else if (take(args, &i, "--config", &value))
        config = value, config_given = true;
      else if (take(args, &i, "--output", &value))
        set_output(value);
      else
        words.push_back(args[i]);
    }
  }
  bool take(const std::vector<std::string>& args, size_t* i, const std::string& name, std::string* value) {
    if (args[*i].starts_with(name + "=")) return *value = args[*i].substr(name.size() + 1), true;
    if (args[*i] != name) return false;
    if (*i + 1 < args.size())
      *value = args[++*i];
    else
      wrong = name + " wants a value";
    return true;
  }
  void set_output(const std::string& value) {
    json = value == "json";
    if (!json && value != "text" && wrong.empty()) wrong = "--output is text or json, not '" + value + "'";
  }
};

int print_error(const Error& error, bool json) {
  if (json) {
    Json body = to_json(error);
    body["exit_code"] = exit_code(error);
    std::cerr << Json{{"error", body}}.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    std::cerr << "seabed: " << error.message()
              << (error.ob_error ? " [" + std::to_string(error.ob_error) + "]" : "") << "\n";
  }
  return exit_code(error);
}

const Verb* find_verb(const std::vector<Verb>& verbs, std::vector<std::string>& words) {
  for (const Verb& verb : verbs) {
    if (words.empty() || verb.noun != words[0]) continue;
    if (verb.name.empty()) return words.erase(words.begin()), &verb;
    if (words.size() > 1 && words[1] == verb.name)
      return words.erase(words.begin(), words.begin() + 2), &verb;
  }
  return nullptr;
}

int help_for(const std::vector<Verb>& verbs, std::vector<std::string> words) {
  bool known =
      words.empty() || std::any_of(verbs.begin(), verbs.end(), [&](auto& v) { return v.noun == words[0]; });
  if (!known)
    return print_error(
        {Code::kInvalidArgument, words[0], "is no noun of seabed", "see `seabed --help`", 0, 0}, false);
  if (const Verb* verb = find_verb(verbs, words))
    std::cout << verb_help(*verb);
  else
    std::cout << (words.empty() ? program_help(verbs) : noun_help(words[0], verbs));
  return kExitOk;
}

Error no_such_verb(const std::vector<Verb>& verbs, const std::vector<std::string>& words) {
  std::string names;
  for (const Verb& verb : verbs)
    if (verb.noun == words[0]) names += (names.empty() ? "" : ", ") + verb.name;
  if (names.empty())
    return {Code::kInvalidArgument, words[0], "is no noun of seabed", "see `seabed --help`", 0, 0};
  std::string said = words.size() > 1 ? "has no verb '" + words[1] + "'" : "wants a verb";
  return {Code::kInvalidArgument, "seabed " + words[0], said, "verbs: " + names, 0, 0};
}

int run_program(const std::vector<std::string>& args) {
  const std::vector<Verb> verbs = all_verbs();
  Globals globals;
  globals.read(args);
  if (globals.version) return std::cout << "seabed " SEABED_VERSION "\n", kExitOk;
  if (!globals.wrong.empty())
    return print_error({Code::kInvalidArgument, "seabed", globals.wrong, "see `seabed --help`", 0, 0},
                       globals.json);
  if (globals.help) return help_for(verbs, globals.words);
  if (globals.words.empty()) return std::cerr << program_help(verbs), kExitUsage;
  const Verb* verb = find_verb(verbs, globals.words);
  if (!verb) return print_error(no_such_verb(verbs, globals.words), globals.json);
  Invocation invocation(*verb, globals.config, globals.config_given, globals.json);
  if (auto parsed = invocation.parse(globals.words); !parsed)
    return print_error(parsed.error(), globals.json);
  auto result = verb->run(invocation);
  return result ? *result : print_error(result.error(), globals.json);
}

}  // namespace
}  // namespace seabed

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  (void)seabed::set_up_log({"text", "warn", ""});
  try {
    return seabed::run_program({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::cerr << "seabed: " << e.what() << " (a bug in Seabed)\n";
    return seabed::kExitInternal;
  }
}
