#pragma once
// The newest OPTIONS file at a target, from the base's, archived whole files and section deltas. Not
// thread-safe.

#include <optional>
#include <string>

#include "core/format/rocksdb_payload.pb.h"

namespace seabed::rocksdb_source {

class OptionsHistory {
 public:
  /// What the base holds; groups that are older than it may follow.
  void begin(const std::string& name, std::optional<std::string> text);
  /// Takes groups in order. A delta against another file than the newest, or one whose hash is wrong, makes
  /// the newest one unknown: the database then starts with the application's own options.
  void take(const rocksdb::OptionsRun& run);

  /// As newest() and name() were.
  void load(const std::string& name, std::optional<std::string> text) { begin(name, std::move(text)); }
  const std::string& name() const { return name_; }
  /// nullopt when there was none, or when it is unknown.
  const std::optional<std::string>& newest() const { return text_; }

 private:
  std::optional<std::string> text_;
  std::string name_;
};

}  // namespace seabed::rocksdb_source
