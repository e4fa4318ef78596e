#pragma once
// A verb of the program: `seabed <noun> <name> options`. Its options are data, so that parsing, help and
// examples come from one place (verb_help.cc, verb_options.cc).

#include <functional>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace seabed {

class Invocation;

struct OptionSpec {
  enum Kind { kText, kList, kNumber, kFlag, kPositional } kind = kText;
  std::string name;   // without "--"
  std::string value;  // "URI", "NAME": for the help
  std::string help;
  bool required = false;
  char letter = 0;    // "-d" beside "--dest"; 0: none
};

struct Verb {
  std::string noun, name;  // name empty: the noun is the verb ("window")
  std::string summary;     // one line
  std::string details;     // may be empty
  std::vector<std::string> examples;
  std::vector<OptionSpec> options;
  /// Prints its answer; an error is printed by the caller. Returns the exit status.
  std::function<Result<int>(Invocation&)> run;

  std::string title() const { return name.empty() ? noun : noun + " " + name; }
};

inline OptionSpec tenant_option() { return {OptionSpec::kText, "tenant", "NAME", "the tenant", true}; }

std::string verb_help(const Verb& verb);
std::string program_help(const std::vector<Verb>& verbs);
std::string noun_help(const std::string& noun, const std::vector<Verb>& verbs);

}  // namespace seabed
