#pragma once
// One attached database (a log stream) as the engine sees it. The adapter reads, the engine decides; the application is
// never asked, paused or written to. Implementation: core/source/rocksdb.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/status.h"
#include "core/format/log_types.h"

namespace seabed {

/// Where the log broke: bytes are missing. Fatal to the round.
struct LogGap {
  Lsn at;              // the last position that is whole
  std::string reason;  // names the file and what was expected
};

/// Something that the log does not hold (ingestion, disabled WAL). `detail` is the adapter's: HoleRule reads it.
struct LogHole {
  Scn scn_lo = 0;      // the last look before it: targets at or behind this are refused until a base covers it
  Lsn at;
  std::string reason;
  std::string detail;
};

struct Tablet {
  uint64_t id = 0;
  std::string database, name;   // column family name, or what an engine dictionary says
  std::string attributes;       // JSON: comparator and the like, for people and table restore
};

/// One look: log first, metadata second (rocksdb-attach.md: "the order of reading decides correctness").
struct LogStep {
  Scn clock_before = 0;        // read before the log was read: everything committed before it is in this or earlier steps
  std::vector<LogGroup> groups;  // in the order in which they must be written: metadata before the log; stamped
  std::vector<LogHole> holes;    // each also stands in `groups` as a kHole group
  std::optional<LogGap> gap;     // groups before it are good; nothing follows
  bool complete = false;         // log and metadata were both read to their ends: the checkpoint may advance to clock_before
  uint64_t log_bytes = 0;
  std::optional<std::vector<Tablet>> tablets;   // all of them, in the first step and whenever they changed
};

/// What an incarnation's archive already has, found on the medium by the engine (never by the adapter).
struct ArchivedState {
  uint64_t incarnation = 0;
  Lsn end;               // of the last kLog group
  Scn scn_hi = 0;        // of the last group of any type
  /// Adapter's state after the last step, as kept beside the checkpoint (opaque; empty: derive it by reading on).
  std::string resume;
  /// Of the last group whose stamp is observed: a complete look at that time, all of which is archived. 0: unknown.
  Scn scn_lo = 0;
};

enum class FileKind { kMajor, kMinor, kSystem };

/// A file of a snapshot, pinned: the bytes behind `open` do not change and do not go until the snapshot is destroyed.
struct SnapshotFile {
  std::string name;        // as the restore must call it ("000123.sst", "OPTIONS-000007"); relative, no directories up
  FileKind kind = FileKind::kMajor;
  uint64_t tablet = 0;     // column family id; 0 where it does not apply
  uint64_t size = 0;
  int level = 0;
  /// Opaque identity: two files with the same identity and size hold the same bytes. Empty: only the content tells.
  std::string identity;
  std::function<Result<Fd>()> open;
};

/// A fuzzy copy of one stream: files + the log from `start_replay` give every state from `min_restore` on.
struct Snapshot {
  virtual ~Snapshot() = default;   // releases the pins
  /// files[index] is copied: its pin goes now instead of at the end (no snapshot is pinned for the length of a backup).
  /// Thread-safe, idempotent; the file's `open` fails with kNotFound afterwards.
  virtual void release(size_t index) { (void)index; }
  uint64_t incarnation = 0;
  Lsn start_replay;                // the log is needed from here
  Scn taken_scn = 0;               // clock read after the last file was pinned: min_restore is the stamp of the first complete step after it
  std::string recovery;            // adapter's facts for replay and for HoleRule (opaque; ls_meta_info keeps it)
  std::vector<SnapshotFile> files; // kSystem first
  std::vector<Tablet> tablets;
  uint64_t pinned_bytes = 0;
  /// True when the pinned files are still what the database would recover from; false: take another (a new turn) if
  /// the caller needs files that it could not open.
  uint32_t turns_needed = 0;       // how many looks it took
  /// Known by the source itself: stamp of the log at `start_replay`. 0: the archive is asked.
  Scn start_replay_scn = 0;
};

struct StreamHealth {
  uint64_t pinned_bytes = 0;       // by links of WALs, SSTs and blobs
  uint64_t pinned_limit = 0;
  uint64_t linked_files = 0;
  bool recycles_log = false;
  std::string engine_version;
  bool keeps_log = false;          // keep_log() is on and the linker knows it
  std::string link_error;          // why the log is not linked, or was given up, in words; empty: nothing is wrong
};

/// Facts found at attach time or by `seabed doctor`.
struct PreflightFinding {
  enum class Level { kOk, kWarning, kError } level = Level::kOk;
  std::string check, text, next_step;
};

/// Not thread-safe except where told; one thread archives, snapshots may be taken from another.
class StreamSource {
 public:
  virtual ~StreamSource() = default;
  virtual uint64_t ls_id() const = 0;
  virtual std::string describe() const = 0;

  /// Before the first read_step. nullopt: a new round; begins at the smallest position that recovery would need, byte 0.
  /// kGap when the log no longer reaches back to `state->end`.
  virtual Status attach(const std::optional<ArchivedState>& state) = 0;
  /// One look, at most about `max_bytes` of log (a single larger record may exceed it). Never blocks on the application.
  virtual Result<LogStep> read_step(uint64_t max_bytes) = 0;
  /// Waits until there may be something new, at most `timeout`.
  virtual void wait(std::chrono::milliseconds timeout, const CancelToken& cancel) = 0;
  /// Thread-safe: someone waits for the next look. Ends the wait() that is running, or else the next one.
  virtual void hurry() {}
  /// BINDING=Mandatory: while on, log that is not archived is never given up, whatever the budget says; it survives this
  /// process. Thread-safe.
  virtual Status keep_log(bool on) { (void)on; return ok(); }
  /// Everything before `end` is durable on every medium that wants it: its links may go.
  virtual void release(const Lsn& end) = 0;
  /// Adapter state to keep with the checkpoint (see ArchivedState::resume).
  virtual std::string resume_state() const = 0;
  /// First byte a new round archives; valid after attach.
  virtual Lsn position() const = 0;
  /// Log that was stamped elsewhere and keeps its stamps (a standby's): a round over it begins below `begin`, and its
  /// present is `readable`, whatever the clock says.
  struct Followed {
    Scn begin = 0;     // stamp of the first group there is; `readable` without any
    Scn readable = 0;  // everything up to it is in, nothing behind it
  };
  /// nullopt: this source stamps by the clock.
  virtual Result<std::optional<Followed>> followed() { return std::nullopt; }

  /// Thread-safe beside read_step. kConflict when the directory changes too fast for `max_looks`.
  virtual Result<std::unique_ptr<Snapshot>> snapshot(const CancelToken& cancel) = 0;
  /// Thread-safe.
  virtual StreamHealth health() const = 0;
  virtual std::vector<PreflightFinding> preflight() = 0;
  /// For messages: "incarnation 1, WAL 000123 at 4711".
  virtual std::string display(const Lsn& lsn) const = 0;
};

}  // namespace seabed
