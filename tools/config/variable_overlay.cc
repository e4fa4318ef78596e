// What the environment lays over a table, and where every value is noted.
#include <sstream>

#include "tools/config/config_files.h"
#include "tools/config/table_reader.h"
#include "tools/config/value_forms.h"

namespace seabed {

void Reading::note(const std::string& key, const std::string& value, const std::string& origin) {
  for (ConfigValue& known : values)
    if (known.key == key) return known.value = value, known.origin = origin, void();
  values.push_back({key, value, origin});
}

/// The variable as TOML, so that the same checks see it: a number or true/false as it is, a text quoted.
const toml::node* TableReader::from_environment(const char* key, Kind kind) {
  auto found = reading_.environment.find(name_, key, is_hidden_key(key));
  if (!found) return errors_.push_back(found.error()), nullptr;
  if (!*found) return nullptr;
  const std::string& text = (*found)->value;
  toml::table made;
  if (kind == Kind::kPaths) {
    toml::array list;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, ':');)
      if (!part.empty()) list.push_back(part);
    made.insert(key, std::move(list));
  } else {
    made.insert(key, text);
  }
  std::ostringstream out;
  if (kind == Kind::kNumber && !text.empty() && text.find_first_not_of("0123456789truefals") == text.npos)
    out << key << " = " << text;
  else if (kind == Kind::kTexts)
    out << key << " = " << text;
  else
    out << made;
  auto parsed = parse_toml(out.str(), "$" + (*found)->name);
  if (!parsed) {
    errors_.push_back(
        {Code::kInvalidArgument, "$" + (*found)->name, "cannot be read as " + std::string(key), "", 0, 0});
    return nullptr;
  }
  return reading_.overlays.emplace_back(std::move(*parsed)).get(key);
}

}  // namespace seabed
