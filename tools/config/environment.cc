#include "tools/config/environment.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "core/base/fd.h"
#include "core/base/uri.h"

extern char** environ;

namespace seabed {
namespace {

constexpr std::string_view kPrefix = "SEABED_", kDriver = "SEABED_DRIVER_", kFile = "_FILE";

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::toupper(c); });
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

Result<std::string> content_of(const std::string& name, const std::string& file) {
  SEABED_TRY(std::string text, read_file(file, 64 << 10).map_error([&](Error error) {
    error.reason += " (named by " + name + ")";
    return error;
  }));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return fail(Code::kInvalidArgument, file, "is empty (named by " + name + ")");
  return text;
}

}  // namespace

Environment Environment::of_process() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; entry && *entry; ++entry) {
    std::string_view text(*entry);
    const size_t equals = text.find('=');
    if (equals != text.npos) out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return Environment(std::move(out));
}

Environment::Environment(std::map<std::string, std::string> variables) {
  for (auto& [name, value] : variables)
    if (name.starts_with(kPrefix)) variables_.emplace(name, std::move(value));
}

std::string Environment::variable_name(const std::string& section, std::string_view key) {
  return std::string(kPrefix) + upper(section) + "_" + upper(key);
}

Result<std::optional<Environment::Variable>> Environment::take(const std::string& name, bool secret) {
  const auto plain = variables_.find(name);
  const std::string file_name = name + std::string(kFile);
  const auto file = secret ? variables_.find(file_name) : variables_.end();
  if (plain != variables_.end()) used_.insert(name);
  if (file == variables_.end()) {
    if (plain == variables_.end()) return std::nullopt;
    return Variable{name, plain->second};
  }
  used_.insert(file_name);
  if (plain != variables_.end())
    return fail(Code::kInvalidArgument, name, "is set and " + file_name + " too", "unset one of them");
  SEABED_TRY(std::string value, content_of(file_name, file->second));
  return Variable{file_name, std::move(value)};
}

Result<std::optional<Environment::Variable>> Environment::find(const std::string& section,
                                                               std::string_view key, bool secret) {
  return take(variable_name(section, key), secret);
}

Result<std::vector<Environment::DriverKey>> Environment::driver_keys() {
  std::vector<DriverKey> out;
  for (const auto& [name, value] : variables_) {
    if (!name.starts_with(kDriver)) continue;
    std::string rest = name.substr(kDriver.size());
    const size_t scheme_end = rest.find('_');
    if (scheme_end == 0 || scheme_end == rest.npos || scheme_end + 1 == rest.size())
      return fail(Code::kInvalidArgument, name, "is no SEABED_DRIVER_<SCHEME>_<KEY>");
    std::string scheme = lower(rest.substr(0, scheme_end)), key = lower(rest.substr(scheme_end + 1));
    // "ca_file" is a key of its own; "access_key_file" names the file of a secret.
    const bool by_file = key.ends_with("_file") && is_secret_key(key.substr(0, key.size() - kFile.size()));
    if (by_file) key.resize(key.size() - kFile.size());
    SEABED_TRY(auto variable,
               take(std::string(kDriver) + upper(scheme) + "_" + upper(key), is_secret_key(key)));
    out.push_back({std::move(scheme), std::move(key), variable.value_or(Variable{})});
  }
  return out;
}

std::optional<std::string> Environment::unknown(const std::vector<std::string>& sections) const {
  for (const auto& [name, value] : variables_) {
    if (used_.count(name)) continue;
    for (const std::string& section : sections)
      if (name.starts_with(variable_name(section, ""))) return name;
  }
  return std::nullopt;
}

}  // namespace seabed
