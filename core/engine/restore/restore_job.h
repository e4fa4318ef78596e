#pragma once
// From two destinations to a new directory tree; and what can be known of them without restoring: window and verify.
// None of these needs a catalog: the media alone are enough.

#include <map>
#include <string>
#include <vector>

#include "core/engine/job/context.h"
#include "core/engine/keys/key_access.h"

namespace seabed {

/// Data and archive trees by URI, any number of each, in any order.
struct RestoreSource {
  std::vector<std::string> uris;
  KeyAccess keys{};                // beside the catalog's own keys; of no use where nothing is encrypted
};

struct RestoreTargetPoint {
  enum class Kind { kLatest, kScn, kTime } kind = Kind::kLatest;
  Scn scn = 0;
  std::string time;                // in the tenant's time zone, read by its mode
};

struct RestoreRequest {
  RestoreSource source;
  RestoreTargetPoint until;
  std::string directory;           // new: <directory>/<stream directories>; staged beside it
  std::string tenant_name;         // of the restored tenant
  uint32_t concurrency = 2;
  bool preview = false;            // plan only
  /// The application brings its own RocksDB, newer than this host's: files are placed, nothing of this host opens them.
  bool own_library = false;
  bool quick = false;              // data files stay on the medium and are read from there (docs/quick-restore.md)
  // Secrets: never logged, never kept (docs/keys.md). Sets' own, the full set's first; the key backup and what opens it.
  std::vector<std::string> passwords;
  std::string key_uri, key_password;
  uint64_t job_id = 0;             // the new tenant's row, when a job of the agent runs this; else 0
};

/// One set or piece of a plan, as SHOW RESTORE PREVIEW lists it.
struct RestorePart {
  bool set = false;
  uint64_t id = 0, bytes = 0;                // bytes: written there
  std::string destination, name;             // name: of its directory
  std::string description;                   // a piece's start and checkpoint, a set's min_restore_scn, as display text
};

struct RestorePlan {
  Scn target = 0;
  std::string target_display;
  std::vector<std::string> sets, pieces;     // directories, as OceanBase lists them
  std::vector<RestorePart> parts;            // the same with their facts
  uint64_t data_bytes = 0, log_bytes = 0;
};

struct StreamOutcome {
  uint64_t ls_id = 0;
  std::string directory;                     // staged
  Scn scn_lo = 0, scn_hi = 0, next_scn_lo = 0;
  std::string stamp;                         // "observed" or "exact"
};

struct RestoreOutcome {
  RestorePlan plan;
  std::vector<StreamOutcome> streams;
  Scn bound_ns = 0;                          // published bound across streams; kScnMax: unknown
  std::vector<std::string> not_restored;     // what lies outside
  // As the source had them at the target: for the new tenant, set by its operator.
  std::map<std::string, std::string> parameters, variables;
  std::vector<std::string> warnings;
};

struct WindowRange {
  Scn from = 0, to = 0;
  uint64_t base_set = 0;
  bool snapshot_only = false;                // the next hole came before the backup was over: its point, and hardly more
};
struct WindowHole { Scn from = 0, to = 0; uint64_t ls_id = 0; std::string reason; };   // to = kScnMax: still open
struct WindowGap {                           // log is missing
  Scn from = 0, to = 0;                      // what is restorable before and behind; to = kScnMax: nothing yet
  uint64_t ls_id = 0;                        // 0: of no stream alone
  std::string reason;
  uint64_t dest_id = 0, round_id = 0;
};
struct Window {
  std::string tenant, time_zone, mode;
  std::vector<WindowRange> ranges;           // union of what can be restored to, rising
  std::vector<WindowHole> holes;
  std::vector<WindowGap> gaps;               // rising; between the ranges, and behind the last one
};

struct VerifyFinding { bool error = false; std::string object, reason; };
struct VerifyReport {
  uint64_t files = 0, bytes = 0;
  std::vector<VerifyFinding> findings;       // errors: something is lost or damaged
  std::vector<uint64_t> good_sets;
};

/// Refusals (kConflict) name the nearest possible targets.
Result<RestoreOutcome> run_restore(EngineContext& context, const RestoreRequest& request, const ProgressFn& progress,
                                   const CancelToken& cancel);
Result<Window> compute_window(EngineContext& context, const RestoreSource& source);
/// Reads every file of every set and piece: checksums, chains, continuity. `quick`: presence, sizes and metadata only.
Result<VerifyReport> verify_media(EngineContext& context, const RestoreSource& source, bool quick,
                                  const ProgressFn& progress, const CancelToken& cancel);
/// Takes an unfinished or finished restore away again, with everything that Seabed wrote there: what CANCEL leaves.
/// kConflict once it was activated; nothing there is fine.
Status discard_restore(EngineContext& context, const std::string& directory);
/// Makes a staged tenant a database again (all of its streams and auxiliary files). Idempotent. kConflict where the source
/// had databases that it lacks (newer_streams.h), unless `without_newer_streams`.
Status activate_tenant(EngineContext& context, const std::string& directory, bool without_newer_streams = false);

}  // namespace seabed
