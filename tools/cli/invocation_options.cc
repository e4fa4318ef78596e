// Words -> options (Boost.Program_options).
#include <boost/program_options.hpp>

#include "tools/cli/invocation.h"

namespace seabed {
namespace {

namespace po = boost::program_options;

po::options_description description_of(const Verb& verb) {
  po::options_description out;
  for (const OptionSpec& option : verb.options) {
    const std::string names = option.letter ? option.name + "," + option.letter : option.name;
    if (option.kind == OptionSpec::kFlag)
      out.add_options()(names.c_str(), "");
    else
      out.add_options()(names.c_str(), po::value<std::vector<std::string>>(), "");
  }
  return out;
}

po::positional_options_description positions_of(const Verb& verb) {
  po::positional_options_description out;
  for (const OptionSpec& option : verb.options)
    if (option.kind == OptionSpec::kPositional) out.add(option.name.c_str(), 1);
  return out;
}

}  // namespace

Status Invocation::parse(const std::vector<std::string>& words) {
  const std::string help = "see `seabed " + verb_.title() + " --help`";
  try {
    auto description = description_of(verb_);
    auto positions = positions_of(verb_);
    po::variables_map map;
    auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(words).options(description).positional(positions).style(style).run(),
              map);
    for (const auto& [name, value] : map) {
      auto* texts = boost::any_cast<std::vector<std::string>>(&value.value());  // null: a flag
      values_[name] = texts ? *texts : std::vector<std::string>();
    }
  } catch (const po::error& e) {
    // The text may hold the value of an option, and that a secret: only its name is shown.
    auto* named = dynamic_cast<const po::error_with_option_name*>(&e);
    std::string option = named ? named->get_option_name() : "";
    option = option.substr(0, option.find('='));
    bool unknown = dynamic_cast<const po::unknown_option*>(&e) ||
                   dynamic_cast<const po::too_many_positional_options_error*>(&e);
    return fail(Code::kInvalidArgument, "seabed " + verb_.title(),
                option.empty() ? "wrong words on the command line"
                               : std::string(unknown ? "unknown option " : "wrong use of ") + option,
                help);
  }
  for (const OptionSpec& option : verb_.options) {
    if (option.required && !has(option.name))
      return fail(
          Code::kInvalidArgument, "seabed " + verb_.title(),
          (option.kind == OptionSpec::kPositional ? option.value : "--" + option.name) + " is missing", help);
    if (option.kind != OptionSpec::kList && list(option.name).size() > 1)
      return fail(Code::kInvalidArgument, "seabed " + verb_.title(), "--" + option.name + " is given twice",
                  help);
    if (option.kind == OptionSpec::kNumber && has(option.name)) SEABED_CHECK(number(option.name, 0));
  }
  return ok();
}

std::string Invocation::text(const std::string& option, const std::string& otherwise) const {
  auto found = values_.find(option);
  return found == values_.end() || found->second.empty() ? otherwise : found->second.front();
}

std::vector<std::string> Invocation::list(const std::string& option) const {
  auto found = values_.find(option);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

Result<uint64_t> Invocation::number(const std::string& option, uint64_t otherwise) const {
  if (!has(option)) return otherwise;
  const std::string value = text(option);
  bool digits =
      !value.empty() && value.size() < 20 && value.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) return fail(Code::kInvalidArgument, "--" + option, "'" + value + "' is not a number");
  return std::stoull(value);
}

}  // namespace seabed
