#include "tools/agent/reload.h"

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/log.h"

namespace seabed {
namespace {

std::map<std::string, std::string> by_key(const std::vector<ConfigValue>& values) {
  std::map<std::string, std::string> out;
  for (const ConfigValue& v : values) out[v.key] = v.value;
  return out;
}

std::string joined(const Json& keys) {
  std::string out;
  for (const Json& key : keys) out += (out.empty() ? "" : ", ") + key.get<std::string>();
  return out.empty() ? "nothing" : out;
}

}  // namespace

std::vector<std::string> changed_keys(const std::vector<ConfigValue>& before,
                                      const std::vector<ConfigValue>& after) {
  const auto old_values = by_key(before), new_values = by_key(after);
  std::vector<std::string> out;
  for (const auto& [key, value] : new_values) {
    auto found = old_values.find(key);
    if (found == old_values.end() || found->second != value) out.push_back(key);
  }
  for (const auto& [key, value] : old_values)
    if (!new_values.count(key)) out.push_back(key);
  return out;
}

void LiveConfig::on(std::string section, Prepare prepare) {
  std::lock_guard lock(one_reload_);
  parts_.emplace_back(section + ".", std::move(prepare));
}

void LiveConfig::on(std::string section) {
  on(std::move(section), [](const Config&) -> Result<Commit> { return Commit([] {}); });
}

void LiveConfig::stop() {
  std::lock_guard lock(one_reload_);
  parts_.clear();
}

Config LiveConfig::config() const {
  std::lock_guard lock(mutex_);
  return now_;
}

LiveConfig::Outcome LiveConfig::outcome() const {
  std::lock_guard lock(mutex_);
  return outcome_;
}

Result<Json> LiveConfig::reload() {
  std::lock_guard one(one_reload_);
  auto next = load_config(config().file);
  Result<Json> answer = next ? apply(std::move(*next)) : Result<Json>(fail(next.error()));
  std::lock_guard lock(mutex_);
  outcome_.last_good = answer.has_value();
  if (!answer) {
    log::error("the new configuration is not taken, the old one stays: {}", answer.error().message());
    return answer;
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  outcome_.last_success_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  log::info("configuration read again; applied: {}; needs a restart: {}", joined((*answer)["applied"]),
            joined((*answer)["needs_restart"]));
  return answer;
}

/// Every part is applied, changed or not: a log file is opened anew, and masked values hide what changed.
Result<Json> LiveConfig::apply(Config next) {
  std::vector<Commit> commits;
  for (const auto& [section, prepare] : parts_) {
    SEABED_TRY(commits.emplace_back(), prepare(next));
  }
  for (const Commit& commit : commits) commit();
  Json answer = {{"applied", Json::array()}, {"needs_restart", Json::array()}};
  auto is_live = [&](const std::string& key) {
    for (const auto& [section, prepare] : parts_)
      if (key.starts_with(section)) return true;
    return false;
  };
  for (const std::string& key : changed_keys(applied_, next.values))
    answer[is_live(key) ? "applied" : "needs_restart"].push_back(key);
  std::vector<ConfigValue> in_force;  // what needs a restart is still the old
  for (const ConfigValue& v : applied_)
    if (!is_live(v.key)) in_force.push_back(v);
  for (const ConfigValue& v : next.values)
    if (is_live(v.key)) in_force.push_back(v);
  applied_ = std::move(in_force);
  std::lock_guard lock(mutex_);
  now_ = std::move(next);
  return answer;
}

}  // namespace seabed
