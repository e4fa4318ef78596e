#pragma once
// Continuous log archiving of one tenant: all of its log streams, one round, its pieces and checkpoints.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/job/context.h"

namespace seabed {

struct LsArchiveStatus {
  uint64_t ls_id = 0;
  uint64_t piece_id = 0, epoch = 0;
  Scn checkpoint_scn = 0, max_scn = 0;
  std::string position;            // for people
  uint64_t input_bytes = 0, pending_bytes = 0, pinned_bytes = 0;
  std::string error;               // the last one, while it is retried
  std::string link_error;          // StreamHealth
};

/// Begins the comment of a round whose log never settles: it stays DOING.
inline constexpr char kSnapshotOnly[] =
    "SNAPSHOT_ONLY: new holes appear faster than backups close them, only the points of backups are restorable";

struct ArchiveStatus {
  std::string status;              // PREPARE, BEGINNING, DOING, …; empty: no round
  uint64_t dest_id = 0, round_id = 0, piece_id = 0;
  Scn start_scn = 0, checkpoint_scn = 0;
  std::string comment;
  std::vector<LsArchiveStatus> streams;
  bool snapshot_only() const { return comment.starts_with(kSnapshotOnly); }
};

/// How a hole is bridged: the agent gives what starts an incremental backup and waits for its end. It runs on a thread of
/// the archiver; the token is cancelled at stop().
using BridgeFn = std::function<Status(uint64_t tenant_id, const CancelToken& cancel)>;

/// What tests shorten; the defaults are the product's.
struct ArchiveTuning {
  std::chrono::milliseconds bridge_pause{600'000};      // at least so long between two bridging backups …
  uint32_t bridge_factor = 10;                          // … and so many times the last one's duration
  uint32_t bridges_until_snapshot_only = 3;             // bridges that found new holes, one after the other
  uint64_t buffer_bytes = 0;                            // per stream; 0: by the number of streams, at most 8 MiB
  uint64_t file_size = 64ull << 20;
  std::chrono::milliseconds catalog_period{1000};       // checkpoints reach the catalog at most so often
  std::chrono::milliseconds stop_patience{60'000};      // a medium that fails holds STOPPING up no longer
  std::chrono::milliseconds side_file_look{10};         // auxiliary files are looked at no more often
};

/// A round of a tenant; its set of log that a restore reads.
struct RoundRef {
  uint64_t dest_id = 0, round_id = 0;
  bool operator==(const RoundRef&) const = default;
};

/// Thread-safe. One object a tenant in the agent; it follows what the catalog says (log mode, destination, state,
/// archive_lag_target, piece switch interval) on threads of its own.
class TenantArchiver {
 public:
  static Result<std::unique_ptr<TenantArchiver>> create(EngineContext& context, const TenantConfig& tenant,
                                                        const ArchiveTuning& tuning = {});
  virtual ~TenantArchiver() = default;   // stops and joins
  /// Before start(). Without it a hole stays open until someone takes a backup, and the status says so.
  virtual void set_bridge(BridgeFn bridge) = 0;
  virtual void start() = 0;
  virtual void stop() = 0;
  /// The catalog changed: look now.
  virtual void wake() = 0;
  virtual ArchiveStatus status() const = 0;
  /// Everything read so far is shipped now whatever the lag target says; returns when it is durable.
  virtual Status flush(const IoContext& ctx) = 0;
  /// Waits until a complete step of the stream that began at or after `scn` is durable in `round`; returns the stamp of that
  /// step's last group or its clock_before, whichever is larger: the min_restore_scn of a snapshot taken at `scn`, which can
  /// be restored to once the round's checkpoint is there. kConflict when the round is not DOING or another one is, kGap when
  /// it is INTERRUPTED.
  virtual Result<Scn> wait_stamp(const RoundRef& round, uint64_t ls_id, Scn scn, const IoContext& ctx) = 0;
  /// Waits until the checkpoint of `round` has reached `scn`; if it has, also when the round is no longer DOING. Errors as
  /// wait_stamp.
  virtual Status wait_checkpoint(const RoundRef& round, Scn scn, const IoContext& ctx) = 0;
  /// One after the other, in the present round.
  Result<Scn> wait_covered(uint64_t ls_id, Scn scn, const IoContext& ctx);
  /// Stamp of the group that holds the position, for start_replay_scn: its scn_lo. kNotFound: not in this round.
  virtual Result<Scn> stamp_of(uint64_t ls_id, const Lsn& lsn) = 0;
  /// The attached source of a stream, for snapshots; valid until stop(). nullptr: unknown or not attached.
  virtual StreamSource* source(uint64_t ls_id) = 0;
};

/// Freezes the last pieces of the tenant's rounds that were stopped by force (archiver's stop_patience), from their media
/// alone. A destination where a round runs is left out: its archiver did that before it began. Nothing to do is a success.
Status freeze_forced_rounds(EngineContext& context, uint64_t tenant_id);

}  // namespace seabed
