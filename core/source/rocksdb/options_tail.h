#pragma once
// The newest OPTIONS file of a database directory, told when it is another one. Not thread-safe.

#include <chrono>
#include <optional>
#include <string>

#include "core/base/status.h"
#include "core/source/rocksdb/log_directory.h"
#include "core/source/rocksdb/options_text.h"

namespace seabed::rocksdb_source {

class OptionsTail {
 public:
  explicit OptionsTail(const std::string& database) : directory_(database, false) {}
  /// An OptionsRun for the archive when the newest file is not the one told last: whole the first time, a
  /// delta then. `now`: do not wait for the next regular look.
  Result<std::optional<std::string>> look(bool now);
  /// `name` was archived before: tell it again only when it changes.
  void set_archived(const std::string& name) { archived_ = name; }
  const std::string& archived() const { return archived_; }
  bool known() const { return known_; }
  bool two_write_queues() const { return two_write_queues_; }

 private:
  Result<std::optional<std::string>> read(const ListedFile& file);

  WatchedDirectory directory_;
  std::string archived_;
  OptionsOutline outline_;  // of the last one read in this process; empty: the next is told whole
  uint64_t deltas_ = 0;
  bool known_ = false, two_write_queues_ = false;
  std::chrono::steady_clock::time_point next_look_{};
};

}  // namespace seabed::rocksdb_source
