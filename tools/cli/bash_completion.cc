// Completion for bash: nouns, verbs, options of the verb, files where an option wants one.
#include <algorithm>
#include <map>
#include <set>

#include "tools/cli/man_page.h"

namespace seabed {
namespace {

constexpr char kGlobals[] = "--config --output --help";

std::string options_text(const Verb& verb) {
  std::string out;
  for (const OptionSpec& o : verb.options)
    if (o.kind != OptionSpec::kPositional) out += "--" + o.name + " ";
  return out + kGlobals;
}

/// What a value may be: files and directories are completed, the rest is the operator's.
std::set<std::string> file_options(const std::vector<Verb>& verbs) {
  std::set<std::string> out = {"--config"};
  for (const Verb& verb : verbs)
    for (const OptionSpec& o : verb.options)
      if (o.kind != OptionSpec::kFlag && (o.value == "FILE" || o.value == "DIR" || o.value == "DIRECTORY"))
        out.insert("--" + o.name);
  return out;
}

std::string joined(const std::set<std::string>& words, const std::string& between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

/// Verbs beside the noun alone: `restore` and `restore status`.
std::string others(std::set<std::string> of_noun) {
  of_noun.erase("");
  return of_noun.empty() ? "" : joined(of_noun, " ") + " ";
}

}  // namespace

std::string bash_completion(const std::vector<Verb>& verbs) {
  std::map<std::string, std::set<std::string>> names;  // noun -> verbs
  for (const Verb& v : verbs) names[v.noun].insert(v.name);
  std::set<std::string> nouns;
  std::string verb_cases, option_cases;
  for (const auto& [noun, of_noun] : names) {
    nouns.insert(noun);
    if (!of_noun.count("")) verb_cases += "      " + noun + ") words='" + joined(of_noun, " ") + "' ;;\n";
  }
  for (const Verb& v : verbs)
    if (!v.name.empty()) option_cases += "      '" + v.noun + " " + v.name + "') words='" + options_text(v) + "' ;;\n";
  // Last: a word behind these nouns that is none of their verbs is an argument.
  for (const Verb& v : verbs)
    if (v.name.empty()) option_cases += "      '" + v.noun + " '*) words='" + others(names[v.noun]) + options_text(v) + "' ;;\n";
  return "# bash completion for seabed; made by `seabed completion`\n"
         "_seabed() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} noun= verb= words= i word\n"
         "  COMPREPLY=()\n"
         "  case $prev in\n"
         "    --output) COMPREPLY=($(compgen -W 'text json' -- \"$cur\")); return ;;\n"
         "    " +
         joined(file_options(verbs), "|") +
         ") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
         "  esac\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    word=${COMP_WORDS[i]}\n"
         "    case $word in\n"
         "      --config|--output) ((i++)) ;;\n"
         "      -*) [ -z \"$noun\" ] || break ;;\n"
         "      *) if [ -z \"$noun\" ]; then noun=$word; else verb=$word; break; fi ;;\n"
         "    esac\n"
         "  done\n"
         "  if [ -z \"$noun\" ]; then\n"
         "    words='" +
         joined(nouns, " ") + " " + kGlobals +
         " --version'\n"
         "  else\n"
         "    case \"$noun $verb\" in\n" +
         option_cases +
         "    esac\n"
         "    [ -n \"$words\" ] || case $noun in\n" +
         verb_cases +
         "    esac\n"
         "  fi\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "}\n"
         "complete -F _seabed seabed\n";
}

}  // namespace seabed
