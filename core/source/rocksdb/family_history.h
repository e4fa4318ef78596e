#pragma once
// Which column families were added and dropped between a base and a target: the edits that a restored
// MANIFEST needs behind the base's prefix. Without them recovery skips their data silently (rocksdb-attach.md
// section 3). Pure, not thread-safe.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/manifest.h"

namespace seabed::rocksdb_source {

class FamilyHistory {
 public:
  /// `base`: state at the end of the prefix, of MANIFEST `number` frozen at `length`. `start_wal`: replay
  /// begins there.
  FamilyHistory(const Version& base, uint64_t number, uint64_t length, uint64_t start_wal);

  /// Takes archived records in order; what the base holds already is passed over. A new MANIFEST restates
  /// families: an unknown one was added, a known one that is missing was dropped, between the looks.
  Status take(const rocksdb::ManifestRun& run);

  void save(rocksdb::FollowState* out) const;
  static Result<FamilyHistory> load(const rocksdb::FollowState& in, uint64_t start_wal);

  /// To be appended to the prefix, in order.
  const std::vector<VersionEdit>& edits() const { return edits_; }
  /// Names of the families there are now.
  std::set<std::string> names() const;

 private:
  FamilyHistory() = default;
  void add(const VersionEdit& edit, bool restated);
  void drop(uint32_t id);
  void end_restatement();

  uint64_t number_ = 0,
      taken_to_ = 0;  // everything up to this MANIFEST and end is in: an archiver may give records twice
  uint64_t start_wal_ = 0;
  std::map<uint32_t, std::string> families_;
  std::set<uint32_t> restated_;
  bool restating_ = false;
  uint32_t max_family_ = 0;
  std::vector<VersionEdit> edits_;
};

}  // namespace seabed::rocksdb_source
