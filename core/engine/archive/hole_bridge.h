#pragma once
// Asks for a bridging incremental when there are holes: one running, one pending, the next after a pause.

#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "core/engine/archive/archiver.h"

namespace seabed::archive {

/// Thread-safe.
class HoleBridge {
 public:
  HoleBridge(uint64_t tenant_id, const ArchiveTuning& tuning);
  ~HoleBridge();
  void set(BridgeFn bridge);
  void stop();
  /// `open_holes`: how many are not closed now; `found`: how many were ever found. Starts a backup when one is due.
  void poll(uint64_t open_holes, uint64_t found);
  /// For the status: empty without holes.
  std::string comment() const;
  /// The last bridges each met new holes: only the points of backups are restorable.
  bool snapshot_only() const;
  /// It was so when the last process ended; holds until a bridge settles it.
  void go_on_snapshot_only();

 private:
  using Steady = std::chrono::steady_clock;
  void run();
  uint64_t tenant_id_;
  ArchiveTuning tuning_;
  BridgeFn bridge_;
  CancelToken cancel_;
  std::thread thread_;
  mutable std::mutex mutex_;
  bool running_ = false;
  uint64_t open_ = 0, found_ = 0, found_at_start_ = 0;
  uint32_t unsettled_ = 0;             // bridges in a row during which new holes appeared
  Steady::time_point next_{};
  std::string last_error_;
};

}  // namespace seabed::archive
