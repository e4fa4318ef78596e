#include "tools/cli/man_page.h"

#include <algorithm>

namespace seabed {
namespace {

/// roff reads a backslash, a dash and a line's first dot or quote in its own way.
std::string roff(const std::string& text) {
  std::string out;
  bool line_start = true;
  for (char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
    line_start = c == '\n';
  }
  return out;
}

std::string header(const std::string& title, const std::string& what) {
  std::string upper = title;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return ".TH " + roff(upper) + " 1 \"\" \"Seabed " SEABED_VERSION "\" \"Seabed\"\n.SH NAME\n" + roff(title) +
         " \\- " + roff(what) + "\n";
}

std::string option_name(const OptionSpec& o) {
  if (o.kind == OptionSpec::kPositional) return "\\fI" + roff(o.value) + "\\fR";
  std::string out = o.letter ? std::string("\\fB\\-") + o.letter + "\\fR, " : "";
  out += "\\fB\\-\\-" + roff(o.name) + "\\fR";
  return o.kind == OptionSpec::kFlag ? out : out + " \\fI" + roff(o.value) + "\\fR";
}

std::string options_of(const Verb& verb) {
  std::string out;
  for (const OptionSpec& o : verb.options) {
    const char* more = o.required ? " (required)" : o.kind == OptionSpec::kList ? " (may be repeated)" : "";
    out += ".TP\n" + option_name(o) + "\n" + roff(o.help) + more + "\n";
  }
  return out;
}

std::string examples_of(const Verb& verb) {
  std::string out;
  for (const std::string& example : verb.examples) out += ".PP\n.nf\n" + roff(example) + "\n.fi\n";
  return out;
}

constexpr char kFooter[] =
    ".SH OPTIONS OF EVERY VERB\n"
    ".TP\n\\fB\\-\\-config\\fR \\fIFILE\\fR\nconfiguration; else $SEABED_CONFIG, else "
    "/etc/seabed/seabed.toml\n"
    ".TP\n\\fB\\-\\-output\\fR \\fItext|json\\fR\nhow answers and errors are printed\n"
    ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\na verb's help\n"
    ".SH EXIT STATUS\n0 done; 1 a bug; 2 wrong words or configuration; 3 not found; 4 refused; 5 corruption; "
    "6 log is "
    "missing;\n7 permission; 8 no space; 9 cancelled; 10 may work later; 11 the operating system refused.\n"
    ".SH FILES\n/etc/seabed/seabed.toml, /etc/seabed/conf.d/*.toml, /usr/share/doc/seabed\n";

std::string noun_page(const std::string& noun, const std::vector<const Verb*>& verbs) {
  const std::string what = verbs.size() == 1 ? verbs[0]->summary : "verbs of seabed " + noun;
  std::string out = header("seabed-" + noun, what) + ".SH SYNOPSIS\n";
  for (const Verb* v : verbs) {
    out += ".B seabed " + roff(v->title()) + "\n";
    for (const OptionSpec& o : v->options)
      if (o.required) out += option_name(o) + "\n";
    out += "[options]\n.br\n";
  }
  out += ".SH DESCRIPTION\n";
  for (const Verb* v : verbs) {
    if (verbs.size() > 1) out += ".SS seabed " + roff(v->title()) + "\n";
    out += roff(v->summary) + ".\n";
    if (!v->details.empty()) out += ".PP\n" + roff(v->details) + "\n";
    out += options_of(*v) + examples_of(*v);
  }
  return out + kFooter + ".SH SEE ALSO\n.BR seabed (1)\n";
}

std::string program_page(const std::vector<Verb>& verbs) {
  std::string out =
      header("seabed", "log archive, backup and restore to any moment of live RocksDB databases") +
      ".SH SYNOPSIS\n.B seabed\n[\\-\\-config FILE] [\\-\\-output text|json] NOUN [VERB] [options]\n"
      ".SH DESCRIPTION\nFrom outside, without a change to the application. Verbs:\n";
  for (const Verb& v : verbs) out += ".TP\n.B " + roff(v.title()) + "\n" + roff(v.summary) + "\n";
  return out + kFooter + ".SH SEE ALSO\nA page for each noun, such as\n.BR seabed\\-backup (1).\n";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> man_pages(const std::vector<Verb>& verbs) {
  std::vector<std::pair<std::string, std::string>> out = {{"seabed", program_page(verbs)}};
  std::vector<std::string> nouns;
  for (const Verb& v : verbs)
    if (std::find(nouns.begin(), nouns.end(), v.noun) == nouns.end()) nouns.push_back(v.noun);
  for (const std::string& noun : nouns) {
    std::vector<const Verb*> of_noun;
    for (const Verb& v : verbs)
      if (v.noun == noun) of_noun.push_back(&v);
    out.emplace_back("seabed-" + noun, noun_page(noun, of_noun));
  }
  return out;
}

}  // namespace seabed
