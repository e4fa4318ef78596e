#pragma once
// The agent's configuration while it runs: read again on SIGHUP and by config/reload. What can be applied is
// applied, what cannot is named; a configuration with a mistake changes nothing, nor does one of which any part
// cannot be applied (an address in use, a group that is none).

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "tools/cli/error_json.h"
#include "tools/config/config.h"

namespace seabed {

/// Keys (as in ConfigValue) whose value differs, or that only one side has.
std::vector<std::string> changed_keys(const std::vector<ConfigValue>& before,
                                      const std::vector<ConfigValue>& after);

/// Thread-safe.
class LiveConfig {
 public:
  /// Takes over what was prepared; cannot fail.
  using Commit = std::function<void()>;
  /// Opens, binds, looks up what the new values need, beside the old. Its error is the reload's answer: no part is
  /// committed then, and what the others prepared is dropped.
  using Prepare = std::function<Result<Commit>(const Config&)>;

  explicit LiveConfig(const Config& started_with) : applied_(started_with.values), now_(started_with) {}
  /// `section` as in the file: every key that begins with "<section>." is applied by this part. Parts prepare in this
  /// order: one that cannot prepare without doing it comes last. Before the first reload.
  void on(std::string section, Prepare prepare);
  /// A section whose values are looked at when they are needed: config().
  void on(std::string section);
  /// No part is applied from now on: what they refer to may go.
  void stop();
  /// {"applied": [keys], "needs_restart": [keys]}. Both count from what is in force.
  Result<Json> reload();
  Config config() const;

  struct Outcome {
    bool last_good = true;
    uint64_t last_success_us = 0;  // since the epoch; 0: never reloaded
  };
  Outcome outcome() const;

 private:
  Result<Json> apply(Config next);

  std::mutex one_reload_;  // of applied_, parts_; never taken by who only looks: a part may wait for them
  std::vector<ConfigValue> applied_;  // the values in force
  std::vector<std::pair<std::string, Prepare>> parts_;
  mutable std::mutex mutex_;  // of now_, outcome_
  Config now_;
  Outcome outcome_;
};

}  // namespace seabed
