#pragma once
// Leases on the medium: leases/logstream_N/<epoch>.<sequence>.obarc, created with if-absent (docs/format/archive-objects.md).
// A lease tells a second archiver to keep away; what protects the bytes from one that wakes up late is the epoch in
// the log files. An expired lease is never renewed: its owner must claim a new epoch.

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/clock.h"
#include "core/storage/object_store.h"

namespace seabed {

struct LeaseTerms {
  std::chrono::milliseconds lease{15'000};
  std::chrono::milliseconds clock_error{500};
  std::chrono::milliseconds request_deadline{60'000};
};

/// "host:pid:start time" of this process; the start time is field 22 of /proc/<pid>/stat.
std::string process_owner();
/// True when `owner` is a process of this host that certainly runs no more (its requests ended with it).
bool owner_is_gone(const std::string& owner);

/// Thread-safe. The object outlives whoever asks it.
class StreamLease {
 public:
  /// A new epoch of the stream at this destination (ls 0: the tenant's coordinator). kConflict while another owner's
  /// lease may still be in force: Error::retry_after_ms says how long. kUnsupported: no conditional create.
  static Result<std::unique_ptr<StreamLease>> claim(std::shared_ptr<ObjectStore> store, uint64_t ls,
                                                    const std::string& owner, const LeaseTerms& terms, Clock& clock,
                                                    const IoContext& ctx);
  uint64_t epoch() const { return epoch_; }
  uint64_t ls() const { return ls_; }
  const std::string& owner() const { return owner_; }
  /// Whose epoch came before, and which; 0: none.
  const std::string& previous_owner() const { return previous_owner_; }
  uint64_t previous_epoch() const { return previous_epoch_; }

  enum class State { kHeld, kExpired, kLost };
  /// By this machine's boot-time clock (it runs on while a process or the machine sleeps); no request is made.
  State state() const;
  /// kFenced unless held. What was written before a check that succeeds was written while no one else could be.
  Status check() const;
  /// Looks whether a newer epoch is on the medium: kFenced then, whatever the clock says.
  Status look(const IoContext& ctx);
  /// Writes the next sequence, then removes the one before; sees a newer epoch. kFenced when it was lost or ran out.
  Status renew(const IoContext& ctx);
  /// Lets the next owner in at once. Best effort.
  void release(const IoContext& ctx);

 private:
  StreamLease() = default;
  Status write(uint64_t sequence, uint64_t expires_scn, Scn granted, const IoContext& ctx);

  std::shared_ptr<ObjectStore> store_;
  uint64_t ls_ = 0, epoch_ = 0, previous_epoch_ = 0;
  std::string owner_, previous_owner_;
  LeaseTerms terms_;
  Clock* clock_ = nullptr;
  std::mutex io_mutex_;                 // one renewal or release at a time
  uint64_t sequence_ = 1;               // under io_mutex_
  mutable std::mutex mutex_;
  int64_t valid_until_ = 0;             // boot time, ns
  std::string lost_;                    // to whom
};

}  // namespace seabed
