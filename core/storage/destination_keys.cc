#include "core/storage/destination_keys.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace seabed {

namespace {
tl::unexpected<Error> bad_value(const std::string& key, const std::string& wanted) {
  return fail(Code::kInvalidArgument, key, "is not " + wanted);
}

Result<uint64_t> parse_integer(const std::string& key, std::string_view text) {
  uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) return bad_value(key, "a whole number");
  return value;
}

/// Host keys that OceanBase has for the placement of tasks on nodes; one agent runs them all, so they are
/// accepted.
bool placement_key(std::string_view key) { return key == "zone" || key == "idc" || key == "region"; }

/// True when the host took the key.
Result<bool> take_host_key(const std::string& key, const std::string& value, HostKeys* host) {
  if (placement_key(key)) return true;
  if (key == "max_iops") {
    SEABED_TRY(host->max_iops, parse_integer(key, value));
    return true;
  }
  if (key == "max_bandwidth") {
    SEABED_TRY(host->max_bandwidth, parse_size(key, value));
    return true;
  }
  if (key == "delete_mode") {
    if (value != "delete" && value != "tagging") return bad_value(key, "delete or tagging");
    host->tag_instead_of_delete = value == "tagging";
    return true;
  }
  return false;
}

bool among(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const size_t bar = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, bar) == value) return true;
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return false;
}

Status check_value(const DriverInfo::Key& key, const std::string& value) {
  if (key.type == "integer") SEABED_CHECK(parse_integer(key.name, value));
  if (key.type == "size") SEABED_CHECK(parse_size(key.name, value));
  if (key.type == "boolean" && value != "true" && value != "false")
    return bad_value(key.name, "true or false");
  if (key.type == "path" && (value.empty() || value[0] != '/'))
    return bad_value(key.name, "an absolute path");
  if (key.type.find('|') != std::string::npos && !among(key.type, value))
    return bad_value(key.name, "one of " + key.type);
  return ok();
}

std::string known_keys(const DriverInfo& driver) {
  std::string out = "max_iops, max_bandwidth, delete_mode";
  for (const auto& key : driver.keys) out += ", " + key.name;
  return out;
}

Result<DriverPair> driver_pair(const DriverInfo& driver, const std::string& name, const std::string& value) {
  const auto key =
      std::find_if(driver.keys.begin(), driver.keys.end(), [&](const auto& k) { return k.name == name; });
  if (key == driver.keys.end())
    return fail(Code::kInvalidArgument, name, "is no attribute of " + driver.name + " destinations",
                "known are " + known_keys(driver));
  SEABED_CHECK(check_value(*key, value));
  return DriverPair{name, value, key->secret};
}

Status check_required(const DriverInfo& driver, const std::vector<DriverPair>& given) {
  for (const auto& key : driver.keys) {
    const auto same = [&key](const DriverPair& p) { return p.key == key.name; };
    if (key.required && std::none_of(given.begin(), given.end(), same))
      return fail(Code::kInvalidArgument, key.name, "is missing",
                  driver.name + " destinations need it: " + key.help);
  }
  return ok();
}
}  // namespace

Result<uint64_t> parse_size(const std::string& key, std::string_view text) {
  if (text.ends_with("/s")) text.remove_suffix(2);
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  SEABED_TRY(uint64_t value, parse_integer(key, text.substr(0, digits)));
  std::string unit(text.substr(digits));
  for (char& c : unit) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  static constexpr std::string_view kUnits = "BKMGT";
  const size_t power = unit.empty() ? 0 : kUnits.find(unit[0]);
  const bool known = unit.size() < 2 || unit.substr(1) == "B" || unit.substr(1) == "IB";
  if (power == std::string_view::npos || !known || (unit[0] == 'B' && unit.size() > 1))
    return bad_value(key, "a size such as 64MB");
  if (value > (UINT64_MAX >> (10 * power))) return bad_value(key, "a size below 16 EiB");
  return value << (10 * power);
}

Result<DestinationKeys> sort_keys(const Uri& uri, const KeyValues& defaults, const DriverInfo& driver) {
  std::map<std::string, std::string> merged(defaults.begin(), defaults.end());
  for (const auto& [key, value] : uri.params) merged[key] = value;
  DestinationKeys out;
  for (const auto& [key, value] : merged) {
    SEABED_TRY(const bool taken, take_host_key(key, value, &out.host));
    if (taken) continue;
    SEABED_TRY(auto pair, driver_pair(driver, key, value));
    out.driver.push_back(std::move(pair));
  }
  SEABED_CHECK(check_required(driver, out.driver));
  return out;
}

}  // namespace seabed
