#pragma once
// MANIFEST parsing by hand: VersionEdit and the state that edits build (RocksDB: db/version_edit.h, up to
// version 11). A live directory is never opened with the library; see rocksdb-attach.md section 1. Pure, not
// thread-safe.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/status.h"

namespace seabed::rocksdb_source {

/// An SST as the MANIFEST knows it. Keys are left out of the state (100,000 files); VersionEdit has them.
struct SstFacts {
  uint64_t number = 0;
  uint64_t size = 0;
  uint32_t path_id = 0;  // 0: the database directory; others are refused by the snapshot
  int level = 0;
  uint64_t smallest_sequence = 0, largest_sequence = 0;
  std::array<uint64_t, 2> unique_id{};  // internal unique id; zeros: not recorded (before 7.0)
  uint64_t epoch_number = 0;
  uint64_t oldest_blob = 0;    // 0: refers to no blob file
  uint64_t creation_time = 0;  // seconds since the epoch, 0: unknown
  uint32_t temperature = 0;
  std::string checksum, checksum_function;  // empty or "Unknown" by default
  bool operator==(const SstFacts&) const = default;
};

struct BlobFacts {
  uint64_t number = 0;
  uint64_t total_count = 0, total_bytes = 0;  // of the values, not the file's size
  uint64_t garbage_count = 0, garbage_bytes = 0;
  std::string checksum_method, checksum;
  bool operator==(const BlobFacts&) const = default;
};

struct NewSst {
  SstFacts facts;
  std::string smallest, largest;  // internal keys (user key + 8 bytes)
};

struct VersionEdit {
  uint32_t column_family = 0;
  std::optional<std::string> add_family;  // name
  bool drop_family = false;
  std::optional<std::string> comparator, db_id;
  std::optional<uint64_t> log_number, prev_log_number, next_file_number, last_sequence,
      min_log_number_to_keep;
  std::optional<uint32_t> max_column_family;
  std::optional<uint32_t> remaining_in_group;  // in an atomic group: how many more edits follow
  std::vector<NewSst> new_files;
  std::vector<std::pair<int, uint64_t>> deleted_files;  // level, number
  std::vector<BlobFacts> new_blobs;
  std::vector<BlobFacts> blob_garbage;  // number, garbage_count, garbage_bytes to add
  std::vector<std::pair<uint64_t, std::optional<uint64_t>>> wal_additions;  // number, synced size
  std::optional<uint64_t> wal_deletion;                                     // WALs below this number are gone
  std::vector<uint32_t> ignored_tags;  // unknown, but marked as safe to ignore

  /// Files that came without the log: ingestion, bulk load, import (rocksdb-attach.md section 2).
  bool non_logged() const {
    return !new_files.empty() && deleted_files.empty() && !log_number && !add_family;
  }
  /// Files that went without the log and without others in their place: DeleteFilesInRange, which never takes one of
  /// level 0, or a compaction between lower levels that left nothing; the bytes do not tell which.
  bool taken_away() const;
};

/// kCorruption: cut short or malformed. kUnsupported: a tag that must be understood and is not (named in the
/// reason). `object` names the file in errors.
Result<VersionEdit> decode_version_edit(std::string_view record, const std::string& object = "MANIFEST");
/// Encodes what restores write: column family, add/drop, comparator, log numbers, deletions, next file, last
/// sequence, min log to keep, max column family, db id. New files and blobs are not encoded (raw records are
/// copied instead).
std::string encode_version_edit(const VersionEdit& edit);

struct ColumnFamilyState {
  uint32_t id = 0;
  std::string name;
  std::string comparator;
  uint64_t log_number = 0;  // WALs below hold nothing that this family still needs
  std::unordered_map<uint64_t, SstFacts> files;
  std::map<uint64_t, BlobFacts> blobs;

  /// Blob files that have no delete edit: alive while a live SST may point at them (RocksDB: VersionBuilder).
  std::vector<BlobFacts> live_blobs() const;
  uint64_t largest_sequence() const;
  bool operator==(const ColumnFamilyState&) const = default;
};

/// The state a MANIFEST describes. Atomic groups are applied whole; an open group at the end counts as not
/// written.
class Version {
 public:
  Version();
  /// `record`: one logical record. The decoded edits that became effective are appended to `effective`
  /// (optional).
  Status apply(std::string_view record, const std::string& object = "MANIFEST",
               std::vector<VersionEdit>* effective = nullptr);

  const std::map<uint32_t, ColumnFamilyState>& families() const { return families_; }
  const ColumnFamilyState* family(uint32_t id) const;
  const std::string& db_id() const { return db_id_; }
  uint64_t next_file_number() const { return next_file_number_; }
  uint64_t last_sequence() const { return last_sequence_; }
  uint64_t min_log_number_to_keep() const { return min_log_number_to_keep_; }
  uint32_t max_column_family() const { return max_column_family_; }
  /// The smallest WAL that recovery would read: min(log numbers of the families), and not above
  /// min_log_number_to_keep when that is set (2PC: prepared data in older logs).
  uint64_t start_wal() const;
  /// False: recovery with two-phase commit reads every WAL there is, for an older one may hold what stands prepared.
  /// RocksDB 6 loses the number when a MANIFEST is begun, which every reopening does.
  bool knows_oldest_log() const { return min_log_number_to_keep_ != 0; }
  size_t file_count() const { return file_count_; }
  bool in_atomic_group() const { return !group_.empty(); }
  /// True when both describe the same families, files and blobs (log numbers and counters left out: a new
  /// MANIFEST may restate them advanced).
  bool same_files(const Version& other) const;

 private:
  Status apply_one(const VersionEdit& edit, const std::string& object);
  Status apply_family(const VersionEdit& edit, const std::string& object);
  void apply_files(ColumnFamilyState& family, const VersionEdit& edit);

  std::map<uint32_t, ColumnFamilyState> families_;
  std::vector<VersionEdit> group_;
  std::string db_id_;
  uint64_t next_file_number_ = 0, last_sequence_ = 0, min_log_number_to_keep_ = 0, prev_log_number_ = 0;
  uint32_t max_column_family_ = 0;
  size_t file_count_ = 0;  // SSTs of all families
};

}  // namespace seabed::rocksdb_source
