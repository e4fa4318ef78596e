#pragma once
// RestoreTarget of RocksDB: base files, WALs and a MANIFEST in "<directory>.seabed-standby" such that the
// application's own open replays the log (rocksdb-attach.md section 3; docs/format/staged-directory.md).
// create_file and close_file may be called from several threads; the rest from one.

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/restore_target.h"
#include "core/source/rocksdb/continuity.h"
#include "core/source/rocksdb/family_history.h"
#include "core/source/rocksdb/group_journal.h"
#include "core/source/rocksdb/options_history.h"
#include "core/source/rocksdb/wal_placement.h"

namespace seabed::rocksdb_source {

class RocksDbTarget final : public RestoreTarget {
 public:
  /// `host`: OPTIONS of a newer RocksDB than this are refused; empty: whatever wrote them.
  explicit RocksDbTarget(std::string directory, std::string host = {});

  /// SSTs and blob files only: the rest is small and decides what the database means.
  void keep_files(const std::vector<std::string>& names) override { keep_ = {names.begin(), names.end()}; }
  void take_any_version() override { host_.clear(); }
  Status begin(const std::string& recovery) override;
  Result<Fd> create_file(const SnapshotFile& file) override;
  Status close_file(const SnapshotFile& file, Fd fd) override;
  Result<bool> apply(const LogGroup& group, Scn until) override;
  Result<RestoreReport> finish(Scn until) override;
  Result<FollowPlace> follow(Scn committed) override;
  Result<RestoreReport> stage(Scn until) override;

 private:
  Status load_base();
  Result<bool> apply_log(const LogGroup& group, Scn until);
  Status place_exact_part(const LogGroup& group, const WalRunView& run, Scn until);
  Status prove(const LogGroup& group);
  Status refuse_hole(const LogHole& hole) const;
  Status refuse_newer_options() const;
  void count(const LogGroup& group);
  rocksdb::FollowState follow_state(Scn until) const;
  Status note_whole(const LogGroup& group);
  Scn whole_scn(Scn until) const;
  std::string base_path(const std::string& name) const;

  const std::string directory_, staged_;
  std::string host_;  // version of RocksDB
  std::string recovery_;
  rocksdb::RecoveryFacts facts_;
  Fd fd_;  // of the staged directory
  std::unique_ptr<LogContinuity> continuity_;
  std::unique_ptr<FamilyHistory> families_;
  std::unique_ptr<WalPlacement> wals_;
  std::optional<GroupJournal> journal_;  // nullopt: by a version that kept none
  OptionsHistory options_;
  std::set<std::string> keep_;
  std::string db_id_;
  bool ended_ = false, following_ = false;
  std::optional<rocksdb::FollowState> before_cut_;  // continuity before a group of which only the front was taken
  Lsn end_lsn_;
  Scn end_scn_ = 0;
  std::optional<Scn> left_out_;  // scn_lo of the first group that is not in, or not whole
  RestoreReport report_;
};

}  // namespace seabed::rocksdb_source
