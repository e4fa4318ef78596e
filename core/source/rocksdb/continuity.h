#pragma once
// The continuity checker over archived groups (LogRules::Continuity): file order, contiguous offsets,
// sequences and MANIFEST order. Pure: used by archive, verify, window and restore alike.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/source/restore_target.h"
#include "core/source/rocksdb/log_framing.h"
#include "core/source/rocksdb/manifest.h"
#include "core/source/rocksdb/payload.h"
#include "core/source/rocksdb/sequence_rules.h"

namespace seabed::rocksdb_source {

}  // namespace seabed::rocksdb_source
namespace seabed::rocksdb {
class FollowState;
}
namespace seabed::rocksdb_source {

/// The hole that a MANIFEST edit tells, or none: files that came without the log.
std::optional<rocksdb::Hole> hole_of_edit(const VersionEdit& edit, uint64_t manifest_number, uint64_t end);
/// Sequence numbers that such files took (an ingested file carries one).
std::vector<uint64_t> ingested_sequences(const VersionEdit& edit);
/// A new MANIFEST that does not begin with the state the old one ended with.
rocksdb::Hole hole_of_restatement(uint64_t manifest_number, uint64_t end, uint64_t previous);
rocksdb::Hole hole_of_jump(const SequenceCheck& jump, uint64_t wal_number, uint64_t offset);

class LogContinuity final : public LogRules::Continuity {
 public:
  /// `recovery`: facts of the base that replay starts from; empty: any first group that begins a log file
  /// will do.
  explicit LogContinuity(const std::string& recovery);
  Status add(const LogGroup& group, std::vector<LogHole>* holes) override;

  /// What a later process goes on with (after the same recovery was given to the constructor).
  void save(rocksdb::FollowState* out) const;
  void load(const rocksdb::FollowState& in);

  /// Logical records (batches) checked so far.
  uint64_t records() const { return records_; }

 private:
  Status add_wal(const LogGroup& group, std::vector<LogHole>* holes);
  Status begin_wal(const WalRunView& run);
  Status next_wal(const WalRunView& run);
  Status walk(const WalRunView& run, const LogGroup& group, std::vector<LogHole>* holes);
  Status take_batch(std::string_view batch, uint64_t offset, const LogGroup& group,
                    std::vector<LogHole>* holes);
  Status add_manifest(const LogGroup& group, std::vector<LogHole>* holes);
  void tell(rocksdb::Hole hole, const LogGroup& group, std::vector<LogHole>* holes) const;
  Status place_manifest(const rocksdb::ManifestRun& run);
  Status add_options(const LogGroup& group);
  Status same_life(const LogGroup& group);
  std::string where() const;

  Status recovery_status_;
  bool has_base_ = false;
  uint64_t base_start_wal_ = 0, base_manifest_ = 0, base_manifest_length_ = 0;
  uint64_t first_wal_ = 0, begun_with_ = 0;  // as in WalCursor
  std::optional<uint64_t> incarnation_;
  bool has_wal_ = false, skipping_ = false;
  uint64_t wal_ = 0, offset_ = 0;
  bool file_has_batch_ = false;
  std::optional<LogParser> parser_;
  SequenceRules rules_;
  bool has_manifest_ = false;
  uint64_t manifest_ = 0, manifest_end_ = 0;
  uint64_t records_ = 0;
  BatchFacts facts_;
};

}  // namespace seabed::rocksdb_source
