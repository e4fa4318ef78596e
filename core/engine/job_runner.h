#pragma once
// Backup jobs in the background: one thread a tenant with work, jobs of a tenant one after the other.

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "core/engine/backup/backup_job.h"
#include "core/engine/job/progress_meter.h"

namespace seabed {

/// Thread-safe.
class JobRunner {
 public:
  explicit JobRunner(EngineContext& context) : context_(context) {}
  ~JobRunner() { stop(); }
  /// `archiver` outlives stop().
  void add_tenant(uint64_t tenant_id, TenantArchiver& archiver);
  /// False when the tenant was not added: nobody will run it.
  bool submit(uint64_t tenant_id, uint64_t job_id);
  void cancel(uint64_t job_id);
  /// nullopt: not running now.
  std::optional<ProgressView> progress(uint64_t job_id);
  /// Running jobs are interrupted, not cancelled: their rows stay unfinished.
  void stop();

  /// In the caller's thread, interrupted by stop() and told by progress().
  Status run_tracked(TenantArchiver& archiver, uint64_t job_id);
  /// In the caller's thread, with the caller's own token.
  Status run_here(TenantArchiver& archiver, uint64_t job_id, const ProgressFn& progress,
                  const CancelToken& cancel);

 private:
  struct Lane {
    TenantArchiver* archiver = nullptr;
    std::deque<uint64_t> waiting;
    std::thread thread;
  };
  struct Running {
    CancelToken cancel;
    ProgressMeter meter;
    ProgressView progress;
  };
  void work(Lane& lane);

  EngineContext& context_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::map<uint64_t, Lane> lanes_;                        // by tenant
  std::map<uint64_t, std::shared_ptr<Running>> running_;  // by job
};

}  // namespace seabed
