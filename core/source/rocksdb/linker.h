#pragma once
// Keeps a live database's log: hard links of WAL and MANIFEST files (and, while asked, SSTs and blobs) made
// the moment the files appear. inotify on a dedicated thread: median tens of microseconds from creation to
// link, where a WAL may live for a few milliseconds only. No network, no driver, no catalog; survives the
// agent's crash and upgrade when run as `seabed linker`.
//
// The links' directory, on the database's file system, owned by whoever holds the lock on LOCK in it:
//   000123.log MANIFEST-000005 000124.sst …   links, by their own names
//   LOCK          locked (flock) by the linker process, or by the agent where there is none
//   status.json   LinkerStats, rewritten about once a second
//   keep-log      there while BINDING is Mandatory: the limit gives up no log
//   link-tables   touched by the agent while SSTs and blobs shall be linked too (for 60 s)
// Links are dropped by the agent (release_links) when what they hold is durable elsewhere.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/base/status.h"

namespace seabed::rocksdb_source {

/// Where the links of a stream are, below StreamConfig::pin_directory.
inline std::string link_directory(const std::string& pin_directory) { return pin_directory + "/log"; }

inline constexpr uint64_t kDefaultPinnedLimit = 16ull << 30;

struct LinkerConfig {
  std::string name;           // of the stream, for messages
  std::string database;       // absolute
  std::string wal_directory;  // empty: the database directory
  std::string links;          // link_directory(…); created when missing
  uint64_t limit_bytes = 0;   // of bytes that only our links hold; 0: kDefaultPinnedLimit
};

struct LinkerStats {
  uint64_t pinned_bytes =
      0;  // on the disk because of our links alone (st_blocks of files whose original is gone)
  uint64_t limit_bytes = 0;
  uint64_t linked_files = 0, held_files = 0;  // all links; those whose original is gone
  uint64_t oldest_wal = 0, newest_wal = 0;    // of the links
  int64_t oldest_age_s = 0;                   // since the last change of the oldest file held; 0: none
  uint64_t links_made = 0, replaced = 0, failed = 0;
  uint64_t missed = 0;     // files that were gone before the link: the continuity check tells what that means
  uint64_t dropped = 0;    // links given up because of the limit: a gap will follow
  uint64_t overflows = 0;  // of the kernel's queue; each was followed by a scan
  bool over_limit = false;
  bool keeps_log = false;  // keep-log is there
  bool watching = false;   // false while the directory does not exist
  std::string error;       // what is wrong now, in words; empty: nothing
  int64_t written_at = 0;  // seconds since the epoch
  int64_t pid = 0;
};

class Linker {
 public:
  virtual ~Linker() = default;  // stops the thread; links stay
  /// Takes the lock, links what is there, and watches from then on. kConflict: another process keeps these
  /// links. kUnsupported: links are impossible here (another file system), kPermissionDenied: the kernel
  /// refuses them to us.
  static Result<std::unique_ptr<Linker>> start(const LinkerConfig& config);
  /// Thread-safe. Links new and present SSTs and blobs as well, until switched off (their links are dropped
  /// then).
  virtual void link_tables(bool on) = 0;
  /// Thread-safe. As of the last second.
  virtual LinkerStats stats() const = 0;
};

/// True while some process holds the lock on the links' directory.
bool linker_runs(const std::string& links);
/// What the linker of another process wrote last. kNotFound: none ever ran here.
Result<LinkerStats> read_linker_status(const std::string& links);
/// Asks the linker, in whatever process, to link SSTs and blobs for the next 60 seconds.
Status request_table_links(const std::string& links);
/// BINDING: Mandatory (on) or Optional. What the linker, in whatever process, does over its limit.
Status set_keep_log(const std::string& links, bool on);
/// Drops the links of WALs below `wal` and of MANIFESTs below `manifest` (0: of none). Missing ones are fine.
Status release_links(const std::string& links, uint64_t wal, uint64_t manifest);

/// Drops the links of WALs and MANIFESTs that the database does not have any more. For the start of a round
/// only: what an earlier life of the database left would pass for log of this one.
Status drop_stale_links(const std::string& links, const std::string& database,
                        const std::string& wal_directory);

/// The linker process: one Linker a stream, until `stop`. Streams that fail to start (directory not there
/// yet, lock held) are tried again every few seconds; that, each trouble of a running one and its end are logged.
/// Returns an error only when none can ever be served.
Status run_linker(const std::vector<LinkerConfig>& streams, const CancelToken& stop);

}  // namespace seabed::rocksdb_source
