#pragma once
// Log stream 1 as a stream: the differences between looks at a tenant's auxiliary files, names and facts. Its archive is
// written by the same writer as any stream's; the only data file of a snapshot is a fold.

#include <condition_variable>
#include <deque>
#include <mutex>

#include "core/engine/archive/dictionary_log.h"
#include "core/source/stream_source.h"
#include "core/source/tenant_source.h"

namespace seabed::archive {

class DictionarySource final : public StreamSource {
 public:
  /// `tenant` may be null (no auxiliary files); both must outlive this. Looks are at least `between`
  /// apart, and more where they take long; 0: no such limit.
  static Result<std::unique_ptr<DictionarySource>> open(const std::string& directory, TenantSource* tenant,
                                                        Clock& clock, std::chrono::milliseconds between);

  /// Thread-safe: what is known beside the tenant source (tenant facts, parameters), by name.
  void set_facts(std::map<std::string, std::string> facts);
  /// Thread-safe: the derived index of another stream's tablets. What an earlier process knew stays until the stream tells.
  void set_tablets(uint64_t ls_id, const std::vector<Tablet>& tablets);
  /// Thread-safe. Another stream has read log and stamped it: whatever the next look finds new was perhaps there
  /// already, so it gets no later stamp: the file of a table never comes after the log that needs it. Looks at once
  /// unless the last look is recent.
  void saw_log(Scn stamp);
  struct Fold {
    Scn scn = 0;
    std::string body;
  };
  /// Thread-safe: the state of the last look.
  Fold fold();

  uint64_t ls_id() const override { return 1; }
  std::string describe() const override { return "dictionary of the tenant"; }
  Status attach(const std::optional<ArchivedState>& state) override;
  Result<LogStep> read_step(uint64_t max_bytes) override;
  void wait(std::chrono::milliseconds timeout, const CancelToken& cancel) override;
  void hurry() override;
  void release(const Lsn& end) override;
  std::string resume_state() const override { return {}; }
  Lsn position() const override;
  Result<std::unique_ptr<Snapshot>> snapshot(const CancelToken& cancel) override;
  StreamHealth health() const override { return {}; }
  std::vector<PreflightFinding> preflight() override { return {}; }
  std::string display(const Lsn& lsn) const override;

 private:
  DictionarySource(DictionaryLog log, TenantSource* tenant, Clock& clock, std::chrono::milliseconds between);
  Status look();                       // mutex_ is held
  Result<DictionaryState> gather() const;

  TenantSource* tenant_;
  Clock& clock_;
  const std::chrono::milliseconds between_;
  mutable std::mutex mutex_;
  std::condition_variable looked_;
  uint64_t looks_ = 0, seen_looks_ = 0;
  bool hurried_ = false;
  DictionaryLog log_;
  std::map<std::string, std::string> facts_;
  std::map<uint64_t, decltype(DictionaryState::tables)> tablets_;   // by stream, those that have told
  std::deque<LogGroup> queue_;         // durable here, not yet given out
  DictionaryPosition fold_end_;        // of the last fold: a round that begins now needs what follows
  Scn look_begin_ = 0, look_end_ = 0;  // of the last complete look
  Scn unlooked_ = 0;                   // the first stamp of log seen since the last look; 0: none
  std::chrono::steady_clock::time_point next_look_{};
  std::optional<Error> error_;         // of the last look
};

}  // namespace seabed::archive
