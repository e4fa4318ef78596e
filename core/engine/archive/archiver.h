#pragma once
// Continuous log archiving of one tenant: all of its log streams, one round, its pieces and checkpoints.

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
};

struct ArchiveStatus {
  std::string status;              // PREPARE, BEGINNING, DOING, …; empty: no round
  uint64_t dest_id = 0, round_id = 0, piece_id = 0;
  Scn start_scn = 0, checkpoint_scn = 0;
  std::string comment;
  std::vector<LsArchiveStatus> streams;
};

/// Thread-safe. One object a tenant in the agent; it follows what the catalog says (log mode, destination, state,
/// archive_lag_target, piece switch interval) on threads of its own.
class TenantArchiver {
 public:
  static Result<std::unique_ptr<TenantArchiver>> create(EngineContext& context, const TenantConfig& tenant);
  virtual ~TenantArchiver() = default;   // stops and joins
  virtual void start() = 0;
  virtual void stop() = 0;
  /// The catalog changed: look now.
  virtual void wake() = 0;
  virtual ArchiveStatus status() const = 0;
  /// Everything read so far is shipped now whatever the lag target says; returns when it is durable.
  virtual Status flush(const IoContext& ctx) = 0;
  /// Waits until a complete step of the stream that began at or after `scn` is durable and covered by the tenant's
  /// checkpoint; returns the stamp of that step's last group or its clock_before, whichever is larger: the
  /// min_restore_scn of a snapshot taken at `scn`. kConflict when the round is not DOING, kGap when it is INTERRUPTED.
  virtual Result<Scn> wait_covered(uint64_t ls_id, Scn scn, const IoContext& ctx) = 0;
  /// Stamp of the group that holds the position, for start_replay_scn: its scn_lo. kNotFound: not in this round.
  virtual Result<Scn> stamp_of(uint64_t ls_id, const Lsn& lsn) = 0;
  /// The attached source of a stream, for snapshots; valid until stop(). nullptr: unknown or not attached.
  virtual StreamSource* source(uint64_t ls_id) = 0;
};

}  // namespace seabed
