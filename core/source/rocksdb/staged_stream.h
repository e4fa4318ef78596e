#pragma once
// The log stream of a standby: what was staged and settled, as log groups with the stamps of its source, and
// the staged files as a snapshot. Steps of the following go on beside it: they only append log behind what is
// settled here.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/source/restore_target.h"
#include "core/source/rocksdb/group_journal.h"
#include "core/source/rocksdb/pin_directory.h"
#include "core/source/stream_source.h"

namespace seabed::rocksdb {
class FollowState;
}

namespace seabed::rocksdb_source {

class StagedStream final : public StreamSource {
 public:
  explicit StagedStream(StreamConfig config);

  uint64_t ls_id() const override { return config_.ls_id; }
  std::string describe() const override;
  /// All of the journal, or what follows the archived stamp. kGap: what was archived is not of this
  /// directory.
  Status attach(const std::optional<ArchivedState>& state) override;
  Result<LogStep> read_step(uint64_t max_bytes) override;
  void wait(std::chrono::milliseconds timeout, const CancelToken& cancel) override;
  void hurry() override { hurried_ = true; }
  /// The log stays where it is: activation needs all of it.
  void release(const Lsn&) override {}
  std::string resume_state() const override { return {}; }
  Lsn position() const override { return position_; }
  Result<std::optional<Followed>> followed() override;
  Result<std::unique_ptr<Snapshot>> snapshot(const CancelToken& cancel) override;
  StreamHealth health() const override { return {}; }
  std::vector<PreflightFinding> preflight() override { return {}; }
  std::string display(const Lsn& lsn) const override;

 private:
  /// What `seabed.follow` says now.
  struct Settled {
    uint64_t length = 0;  // of the journal
    Scn whole = 0;
    Scn end_scn = 0;
  };
  struct Mark {
    uint64_t inode = 0;
    int64_t changed_ns = 0;
    bool operator==(const Mark&) const = default;
  };
  Result<rocksdb::FollowState> read_state() const;
  Status refresh();
  Mark mark() const;
  Result<std::optional<LogGroup>> first_entry(uint64_t length, bool log_only) const;
  Result<std::unique_ptr<JournalReader>> open_journal() const;

  const StreamConfig config_;
  const std::string staged_;
  std::unique_ptr<JournalReader> journal_;
  std::optional<LogGroup> next_;  // read and not yet given
  Settled settled_;
  Mark seen_;
  Lsn position_;
  std::atomic<bool> hurried_ = false;
};

}  // namespace seabed::rocksdb_source
