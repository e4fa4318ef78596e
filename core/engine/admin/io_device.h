#pragma once
// `seabed admin test_io_device`: does a medium do what backup, archive and restore need? Five stages; each
// tries operations and says what would not work without them. Writes below one directory of its own and
// removes it, whatever happens.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/storage/object_store.h"

namespace seabed {

struct IoCheck {
  /// kLimited: it is missing, Seabed works around it at the price told in `without`.
  enum class Outcome { kWorks, kLimited, kFails };
  std::string operation;
  Outcome outcome = Outcome::kWorks;
  std::string found;    // what happened, or a figure
  std::string without;  // what would not work, or works worse
  std::string next_step;
  std::optional<Error> error;  // kFails
  uint64_t micros = 0;
};

struct IoStage {
  std::string name;  // "test archive log result"
  bool ran = false;  // false: a stage before it failed
  std::vector<IoCheck> checks;
  bool fails() const;
};

struct IoDeviceReport {
  std::string directory;        // that was written to, relative to the store
  std::vector<IoStage> stages;  // always five
  uint64_t left_behind = 0;  // objects that are still there (delete_mode=tagging leaves all of them, tagged)
  const IoCheck* first_failure() const;
  bool fits() const { return first_failure() == nullptr; }
};

struct IoDeviceOptions {
  std::string directory;                  // a name that no other run has
  bool tagging = false;                   // delete_mode=tagging
  uint64_t log_file_bytes = 64ull << 20;  // of the whole log file
  uint64_t read_bytes = 10ull << 20;
  uint64_t seed = 1;  // of sizes and places
  std::function<void(const IoStage&)> on_stage = [](const IoStage&) {};
  std::function<void(const std::string&)> on_check = [](const std::string&) {
  };  // its operation, as it begins
};

inline constexpr const char* kIoTestDirectory = "seabed_io_test_";  // every run's directory begins so

/// The store's root must be empty, but for directories of other runs. Always returns a report.
IoDeviceReport test_io_device(ObjectStore& store, const IoDeviceOptions& options, const CancelToken& cancel);

}  // namespace seabed
