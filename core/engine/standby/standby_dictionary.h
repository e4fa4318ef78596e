#pragma once
// Log stream 1 of a standby: its source's records with their stamps, as the following kept them
// (core/engine/restore/dictionary_journal.h). Nothing is looked at here: names and files are the source's.

#include <atomic>
#include <functional>
#include <mutex>

#include "core/engine/archive/dictionary_source.h"
#include "core/engine/restore/dictionary_journal.h"

namespace seabed::standby {

/// snapshot() and fold() are thread-safe beside the rest.
class StandbyDictionary final : public StreamSource {
 public:
  /// How far the log streams beside it are whole: names and files go no further. Thread-safe.
  using Limit = std::function<Result<Scn>()>;
  /// `directory`: of the restored tenant. `limit` may be null.
  explicit StandbyDictionary(std::string directory, Limit limit = nullptr)
      : directory_(std::move(directory)), limit_(std::move(limit)) {}
  archive::DictionarySource::Fold fold();

  uint64_t ls_id() const override { return 1; }
  std::string describe() const override { return "dictionary of the standby in " + directory_; }
  Status attach(const std::optional<ArchivedState>& state) override;
  Result<LogStep> read_step(uint64_t max_bytes) override;
  void wait(std::chrono::milliseconds timeout, const CancelToken& cancel) override;
  void hurry() override { hurried_ = true; }
  void release(const Lsn&) override {}
  std::string resume_state() const override { return {}; }
  Lsn position() const override;
  Result<std::optional<Followed>> followed() override;
  Result<std::unique_ptr<Snapshot>> snapshot(const CancelToken& cancel) override;
  StreamHealth health() const override { return {}; }
  std::vector<PreflightFinding> preflight() override { return {}; }
  std::string display(const Lsn& lsn) const override;

 private:
  /// Of seabed_tenant.json, which each step writes anew.
  struct Mark {
    uint64_t inode = 0;
    int64_t changed_ns = 0;
    bool operator==(const Mark&) const = default;
  };
  Mark mark() const;
  Status refresh();  // mutex_ is held

  const std::string directory_;
  const Limit limit_;
  mutable std::mutex mutex_;
  restore::KeptDictionary kept_;
  Scn known_ = 0;     // by its own records
  Scn readable_ = 0;  // of that, what is given out
  Scn given_ = 0;     // stamp of the last group given out, or archived before
  Mark seen_;
  std::atomic<bool> hurried_ = false;
};

}  // namespace seabed::standby
