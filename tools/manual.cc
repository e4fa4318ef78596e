// seabed manual, seabed completion
#include <nlohmann/json.hpp>

#include "core/base/fd.h"
#include "tools/cli/invocation.h"
#include "tools/cli/man_page.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<int> manual(Invocation& invocation) {
  const auto pages = man_pages(all_verbs());
  if (invocation.has("directory")) {
    Json written = Json::array();
    for (const auto& [name, text] : pages) {
      const std::string path = invocation.text("directory") + "/" + name + ".1";
      SEABED_CHECK(write_file_atomic(path, text, 0644));
      written.push_back(path);
    }
    return invocation.answer({{"written", written}}, [] { return std::string(); });
  }
  const std::string noun = invocation.text("noun"), wanted = noun.empty() ? "seabed" : "seabed-" + noun;
  for (const auto& [name, text] : pages)
    if (name == wanted) return invocation.answer({{"page", name}, {"text", text}}, [&] { return text; });
  return fail(Code::kInvalidArgument, noun, "is no noun of seabed", "see `seabed --help`");
}

Result<int> completion(Invocation& invocation) {
  const std::string script = bash_completion(all_verbs());
  return invocation.answer({{"bash", script}}, [&] { return script; });
}

}  // namespace

std::vector<Verb> manual_verbs() {
  return {
      {"manual",
       "",
       "Manual pages, made from the same words as --help",
       "Prints roff: `seabed manual backup | man -l -`. The package has them as seabed(1), seabed-backup(1) "
       "…",
       {"seabed manual backup", "seabed manual --directory /usr/local/share/man/man1"},
       {{OptionSpec::kPositional, "noun", "NOUN", "only this noun's page"},
        {OptionSpec::kText, "directory", "DIR", "write every page there"}},
       manual},
      {"completion",
       "",
       "Completion script for bash",
       "",
       {"seabed completion > /usr/share/bash-completion/completions/seabed", "source <(seabed completion)"},
       {},
       completion}};
}

}  // namespace seabed
