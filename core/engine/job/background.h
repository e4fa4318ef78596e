#pragma once
// The agent's own work beside archivers and backups: single runs (a restore, a cleanup, a hydration) and what comes
// again at an interval (hourly cleanup, destination probes, a following standby, drills). A thread each.

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "core/base/cancel.h"
#include "core/base/status.h"
#include "core/engine/job/progress_meter.h"

namespace seabed {

/// Thread-safe. A piece of work is named by a key like "clean/1002" or "restore/7"; a key runs once at a time.
class Background {
 public:
  using Work = std::function<Status(const CancelToken& cancel)>;

  Background() = default;
  Background(const Background&) = delete;
  ~Background() { stop(); }
  /// kConflict while work of that key runs. A failure is logged; whoever wants more writes it down in the work.
  Status submit(const std::string& key, Work work);
  /// First run after `first`, then `interval` after the end of each run, until stop(). The interval is asked for
  /// before each pause: it may be a parameter.
  Status every(const std::string& key, std::chrono::milliseconds first,
               std::function<std::chrono::milliseconds()> interval, Work work);
  /// Told of every run's end, on the run's thread; `again`: it comes again. Not of what was cancelled. Null: nobody.
  using EndFn = std::function<void(const std::string& key, bool again, const Status& result)>;
  void on_end(EndFn told);
  /// False: nothing of that key runs.
  bool cancel(const std::string& key);
  bool running(const std::string& key);
  /// For the work of that key, to say how far it is; lives as long as this.
  ProgressFn teller(const std::string& key);
  /// nullopt: it does not run, or has said nothing yet.
  std::optional<ProgressView> progress(const std::string& key);
  /// Of all that run and have said something, with their keys.
  std::vector<std::pair<std::string, ProgressView>> all_progress();
  /// Cancels everything and waits for it. Nothing can be submitted after it.
  void stop();

 private:
  struct Task {
    CancelToken cancel;
    std::atomic<bool> done = false;
    std::thread thread;
    ProgressMeter meter;
    std::optional<ProgressView> progress;  // under mutex_
  };
  Status start(const std::string& key, std::function<void(Task&)> body);
  void run_told(const std::string& key, bool again, const Work& work, const CancelToken& cancel);

  std::mutex mutex_;
  bool stopping_ = false;
  std::mutex told_mutex_;
  EndFn told_;
  std::map<std::string, std::shared_ptr<Task>> tasks_;
  std::list<std::shared_ptr<Task>> ended_;  // to be joined
};

}  // namespace seabed
