#include "tools/cli/verb.h"

namespace seabed {
namespace {

constexpr size_t kColumn = 34;

std::string padded(std::string left, const std::string& right) {
  if (left.size() + 1 > kColumn) return left + "\n" + std::string(kColumn, ' ') + right + "\n";
  left.resize(kColumn, ' ');
  return left + right + "\n";
}

std::string option_text(const OptionSpec& option) {
  if (option.kind == OptionSpec::kPositional) return "  " + option.value;
  const std::string letter = option.letter ? std::string("-") + option.letter + ", " : "";
  return "  " + letter + "--" + option.name + (option.kind == OptionSpec::kFlag ? "" : " " + option.value);
}

constexpr char kGlobals[] =
    "Everywhere:\n"
    "  --config FILE                   configuration ($SEABED_CONFIG, /etc/seabed/seabed.toml)\n"
    "  --output text|json              how answers and errors are printed\n"
    "  -h, --help                      this text\n";

}  // namespace

std::string verb_help(const Verb& verb) {
  std::string usage = "Usage: seabed " + verb.title();
  for (const OptionSpec& o : verb.options)
    if (o.required) usage += option_text(o).substr(1);
  bool optional = false;
  for (const OptionSpec& o : verb.options) optional |= !o.required;
  std::string text = usage + (optional ? " [options]" : "") + "\n\n" + verb.summary + "\n";
  if (!verb.details.empty()) text += "\n" + verb.details + "\n";
  if (!verb.options.empty()) text += "\nOptions:\n";
  for (const OptionSpec& o : verb.options)
    text += padded(option_text(o), o.help + (o.required                    ? " (required)"
                                             : o.kind == OptionSpec::kList ? " (may be repeated)"
                                                                           : ""));
  text += std::string("\n") + kGlobals + "\nExamples:\n";
  for (const std::string& example : verb.examples) text += "  " + example + "\n";
  return text + "\nExit status: docs/exit-codes.md\n";
}

std::string program_help(const std::vector<Verb>& verbs) {
  std::string text =
      "Seabed: log archive, backup and restore to any moment of live RocksDB databases, from outside.\n\n"
      "Usage: seabed [--config FILE] [--output text|json] NOUN [VERB] [options]\n\n";
  for (const Verb& verb : verbs) text += padded("  " + verb.title(), verb.summary);
  return text + "\n" + kGlobals +
         "\nExamples:\n"
         "  seabed config check\n"
         "  seabed agent\n"
         "  seabed archive set-dest --tenant shop --location file:///backup/shop/archive\n"
         "  seabed archive start --tenant shop\n"
         "  seabed backup start --tenant shop --wait\n"
         "  seabed window --from file:///backup/shop/data --from file:///backup/shop/archive\n"
         "  seabed NOUN VERB --help\n";
}

std::string noun_help(const std::string& noun, const std::vector<Verb>& verbs) {
  std::string text = "Usage: seabed " + noun + " VERB [options]\n\n";
  for (const Verb& verb : verbs)
    if (verb.noun == noun) text += padded("  " + verb.title(), verb.summary);
  text += "\nExamples:\n";
  for (const Verb& verb : verbs)
    if (verb.noun == noun && !verb.examples.empty()) text += "  " + verb.examples[0] + "\n";
  return text;
}

}  // namespace seabed
