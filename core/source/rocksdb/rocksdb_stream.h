#pragma once
// One attached RocksDB directory: the tailer, the linker and the snapshots behind StreamSource.

#include <sys/stat.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "core/source/restore_target.h"
#include "core/source/rocksdb/linker.h"
#include "core/source/rocksdb/log_tail.h"
#include "core/source/rocksdb/snapshot.h"
#include "core/source/stream_source.h"

namespace seabed::rocksdb_source {

class RocksDbStream final : public StreamSource {
 public:
  RocksDbStream(StreamConfig config, Clock& clock);

  uint64_t ls_id() const override { return config_.ls_id; }
  std::string describe() const override;
  Status attach(const std::optional<ArchivedState>& state) override;
  Result<LogStep> read_step(uint64_t max_bytes) override;
  void wait(std::chrono::milliseconds timeout, const CancelToken& cancel) override;
  void hurry() override { hurried_ = true; }
  void release(const Lsn& end) override;
  Status keep_log(bool on) override;
  std::string resume_state() const override;
  Lsn position() const override;
  Result<std::unique_ptr<Snapshot>> snapshot(const CancelToken& cancel) override;
  StreamHealth health() const override;
  std::vector<PreflightFinding> preflight() override;
  std::string display(const Lsn& lsn) const override;

 private:
  void ensure_linker();
  LinkerStats linker_stats() const;
  std::string link_error(const LinkerStats& linker) const;
  void tell_link_error(const LinkerStats& linker);
  void keep_budget();
  /// What changes when the database writes: sizes and times of its directories and of the newest files.
  struct Trace {
    std::array<int64_t, 6> values{};
    bool operator==(const Trace&) const = default;
  };
  Trace trace() const;

  const StreamConfig config_;
  const std::string links_;
  const uint64_t limit_;
  Clock& clock_;
  std::shared_ptr<LogTail> tail_;  // the archiver's thread sets and uses it; others take it under the mutex
  mutable std::mutex tail_mutex_;
  Snapshotter snapshotter_;
  mutable std::mutex linker_mutex_;
  std::unique_ptr<Linker> linker_;  // only where no linker process serves the stream
  std::string link_failure_;        // why there is neither
  std::string told_link_error_;
  std::chrono::steady_clock::time_point next_budget_{}, next_linker_{};
  uint64_t incarnation_ = 0;  // under tail_mutex_
  std::atomic<bool> recycles_ = false, hurried_ = false;
  Trace seen_;
};

}  // namespace seabed::rocksdb_source
