#pragma once
// Putting a stream back: files, then log groups up to a target, into a staged directory that no program can open as a
// database until it is activated (design.md section 5).

#include <memory>
#include <string>

#include "core/base/status.h"
#include "core/format/log_types.h"
#include "core/source/stream_scan.h"
#include "core/source/stream_source.h"

namespace seabed {

/// Pure facts of the adapter about bytes on the media, used by archive, verify, window and restore alike.
class LogRules {
 public:
  virtual ~LogRules() = default;
  /// Checks that groups follow each other without a gap. One checker per stream and run, fed in order from a base's
  /// start_replay; a fresh one accepts any first group that begins a log file.
  class Continuity {
   public:
    virtual ~Continuity() = default;
    /// kGap: log is missing before this group. kCorruption: the payload is not what it should be. Holes found by the
    /// bytes alone (sequence jumps, non-logged edits) are appended to `holes`, whether or not a kHole group tells them.
    virtual Status add(const LogGroup& group, std::vector<LogHole>* holes) = 0;
  };
  virtual std::unique_ptr<Continuity> continuity(const std::string& recovery) const = 0;
  /// True when a base with these facts already contains what the hole left out of the log.
  virtual bool covers(const std::string& recovery, const LogHole& hole) const = 0;
  virtual Result<LogHole> parse_hole(const LogGroup& group) const = 0;
  virtual std::string display(const Lsn& lsn) const = 0;
  /// True when the database may hold acknowledged writes back for a time that nobody knows (manual WAL flush): observed
  /// stamps then bound nothing across streams. An adapter that can tell says so.
  virtual bool unknown_delay(const std::string& recovery) const { (void)recovery; return true; }
};

struct RestoreReport {
  uint64_t log_bytes = 0, groups = 0, records = 0;
  Scn last_scn_lo = 0, last_scn_hi = 0;  // interval of the last group taken
  Scn next_scn_lo = 0;                   // of the first one left out; 0 when there is none
  std::vector<std::string> warnings;     // what lies outside and was not restored …
};

/// Order of calls: begin, put_file for every file, apply for every group from start_replay in order, finish; then, once
/// and possibly in another process, activate. A crash before finish: begin again (the directory is emptied of what
/// Seabed wrote; complete files named in `keep` stay).
class RestoreTarget {
 public:
  virtual ~RestoreTarget() = default;
  /// Before begin: files of an earlier attempt, whole and proved, that begin may leave in place. The caller looks
  /// afterwards which of them are there; a target that keeps nothing is correct too.
  virtual void keep_files(const std::vector<std::string>& names) { (void)names; }
  /// Before begin or follow: files are placed, whatever version of the engine wrote them; the application brings the
  /// library that reads them.
  virtual void take_any_version() {}
  /// `recovery`: Snapshot::recovery of the base.
  virtual Status begin(const std::string& recovery) = 0;
  /// A file to fill by pwrite; sync and close happen in close_file.
  virtual Result<Fd> create_file(const SnapshotFile& file) = 0;
  virtual Status close_file(const SnapshotFile& file, Fd fd) = 0;
  /// Proves first that the group follows the ones before (kGap, kCorruption) and that the base covers what the log does
  /// not hold (kGap). Takes a group with scn_hi <= until whole, an exact one up to the last record stamped <= until. Returns false when
  /// the group, or the rest of it, lies behind the target: nothing more is to be applied.
  virtual Result<bool> apply(const LogGroup& group, Scn until) = 0;
  /// Writes what recovery needs (RocksDB: MANIFEST), syncs everything. The result is a standby.
  virtual Result<RestoreReport> finish(Scn until) = 0;

  /// Where a standby's log goes on.
  struct FollowPlace {
    Lsn lsn;                   // log groups ending at or before it are in
    Scn scn = 0;               // stamp of the last group taken whole
    uint64_t incarnation = 0;  // 0: no group was taken yet
  };
  /// A standby goes on, in any later process: instead of begin(). `committed`: the cut that the tenant stands at; what a
  /// crash left behind it is thrown away, what was staged up to it is taken. Then apply() with groups from the place on.
  virtual Result<FollowPlace> follow(Scn committed) {
    (void)committed;
    return fail(Code::kUnsupported, "this engine", "cannot go on with a standby's log");
  }
  /// What was applied is durable, beside the state that still counts: settle_staged(…, until) makes it count.
  virtual Result<RestoreReport> stage(Scn until) {
    (void)until;
    return fail(Code::kUnsupported, "this engine", "cannot go on with a standby's log");
  }
};

/// From staged to open: CURRENT, fsync, rename last. Idempotent: a crash in the middle is finished by calling it again.
/// kConflict when `directory` exists and is not empty, kNotFound when nothing is staged.
Status activate_staged(const std::string& directory);
/// A staged standby is exactly what it was at `committed`: a cut staged at or before it is taken, later ones are thrown
/// away with their log. Idempotent; done before anything reads or activates a standby that followed.
Status settle_staged(const std::string& directory, Scn committed);
/// Takes what is staged away, whole or half; a crash in the middle is finished by calling it again. kConflict when it is
/// not Seabed's, or its activation has begun. Nothing staged is fine.
Status discard_staged(const std::string& directory);
/// "<directory>.seabed-standby".
std::string staged_path(const std::string& directory);

/// An engine adapter, chosen by name in the configuration ("rocksdb", "myrocks") and injected by tools.
struct StreamConfig {
  std::string tenant;
  uint64_t ls_id = 0;
  std::string directory;            // absolute
  std::string pin_directory;        // on the same file system; where links are kept
  uint64_t pinned_limit_bytes = 0;  // 0 = adapter's default
  bool allow_recycled_log = false;
  std::string wal_directory;        // empty: in `directory`
};

class EngineAdapter {
 public:
  virtual ~EngineAdapter() = default;
  virtual std::string name() const = 0;
  virtual Result<std::unique_ptr<StreamSource>> open_stream(const StreamConfig& config, Clock& clock) = 0;
  /// The log and files of a standby: `config.directory` is the final place, what is staged beside it is read.
  virtual Result<std::unique_ptr<StreamSource>> open_staged(const StreamConfig& config) {
    return fail(Code::kUnsupported, config.directory, "a standby of this engine can be neither archived nor backed up");
  }
  virtual const LogRules& rules() const = 0;
  /// `directory` is the final place; staging happens beside it.
  virtual Result<std::unique_ptr<RestoreTarget>> open_target(const std::string& directory) = 0;
  /// Opens a finished standby and reads every row, changing nothing. Bad input may abort the process: a child's work.
  virtual Result<StreamScan> scan_standby(const ScanOptions& options) {
    return fail(Code::kUnsupported, options.staged, "this engine's standbys cannot be scanned");
  }
  /// Of the library that this host has; empty: not known. And of the one that wrote a base: newer ones are kUnsupported.
  virtual std::string host_version() const { return {}; }
  virtual Status check_version(const std::string& recovery) const {
    (void)recovery;
    return ok();
  }
  virtual Result<std::string> database_version(const std::string& directory) const {
    return fail(Code::kUnsupported, directory, "its engine tells no version");
  }
  /// Opens and closes a database that nobody has open, so that its files are of this host's version. May abort the
  /// process: to be called in one of its own.
  virtual Status open_once(const std::string& directory) {
    return fail(Code::kUnsupported, directory, "its engine has nothing to upgrade");
  }
};

}  // namespace seabed
