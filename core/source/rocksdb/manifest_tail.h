#pragma once
// The MANIFEST half of a look: raw records behind what was read, over rotations. A new MANIFEST begins with a
// restatement of the old one's state; it is told from real edits by comparing states. Not thread-safe.

#include <time.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/fd.h"
#include "core/base/status.h"
#include "core/source/rocksdb/log_directory.h"
#include "core/source/rocksdb/log_framing.h"
#include "core/source/rocksdb/manifest.h"
#include "core/source/rocksdb/sequence_rules.h"

namespace seabed::rocksdb {
class Hole;
class ManifestRun;
}  // namespace seabed::rocksdb

namespace seabed::rocksdb_source {

/// What one run of records is for the archive.
struct ManifestPart {
  std::string payload;               // a ManifestRun
  std::vector<rocksdb::Hole> holes;  // edits without log in it
  std::vector<uint64_t> ingested;    // sequence numbers their files took
  bool families_changed = false;
};

struct ManifestLook {
  std::vector<ManifestPart> parts;
  bool drained = false;            // read to the end of the file that CURRENT names
  std::optional<std::string> gap;  // edits are lost
};

class ManifestTail {
 public:
  /// `pins` may be empty.
  ManifestTail(std::string database, std::string pins);
  ~ManifestTail();

  /// Takes the present state in, archiving nothing of it: reading goes on from its end.
  Status start();
  /// Reads MANIFEST-<number> up to `offset` silently; kGap when it is gone or shorter.
  Status resume(uint64_t number, uint64_t offset);
  /// About `max_bytes` of records at most. Parts are appended to `look` even when it fails: they are read and
  /// gone.
  Status read(uint64_t max_bytes, ManifestLook* look);

  const Version& version() const { return *version_; }
  uint64_t number() const { return number_; }
  uint64_t offset() const { return offset_; }

 private:
  Result<uint64_t> current();
  Result<Fd> open(uint64_t number) const;
  Status open_at(uint64_t number, uint64_t end, bool exact);
  struct Run;
  enum class FileEnd { kLimit, kEnd, kBroken };
  Result<FileEnd> read_file(uint64_t max_bytes, ManifestLook* look);
  Result<FileEnd> read_records(uint64_t max_bytes, Run* run, ManifestLook* look);
  void begin(Run* run) const;
  void seal(Run* run, ManifestLook* look) const;
  Status take(const LogRecord& record, Run* run);
  Status broken(const std::string& reason);
  Result<size_t> fill(uint64_t offset, size_t at_least);
  void rotate(uint64_t number, Fd fd);
  void restatement_differs(Run* run);
  Result<uint64_t> following(uint64_t current);

  std::string database_, pins_;
  WatchedDirectory live_directory_, pin_directory_;
  Fd file_;
  uint64_t number_ = 0, offset_ = 0;
  uint64_t current_number_ = 0, current_inode_ = 0;  // of the last look at CURRENT
  timespec current_changed_{};
  std::unique_ptr<Version> version_;  // at offset_
  std::unique_ptr<Version> old_;      // while a restatement is read: the state before
  uint64_t previous_number_ = 0, previous_length_ = 0;
  std::vector<char> buffer_;
  struct Broken {
    uint64_t number = 0, offset = 0;
    std::chrono::steady_clock::time_point since;
  };
  std::optional<Broken> broken_;
};

}  // namespace seabed::rocksdb_source
