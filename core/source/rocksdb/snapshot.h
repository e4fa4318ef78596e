#pragma once
// Snapshots of a live database (rocksdb-attach.md section 1): the MANIFEST says which files live, hard links
// keep them. A look that finds a file gone begins again where the MANIFEST goes on; stable when every live
// file of a frozen MANIFEST is linked and CURRENT still names it.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/source/rocksdb/manifest_reader.h"
#include "core/source/rocksdb/pin_directory.h"
#include "core/source/stream_source.h"

namespace seabed::rocksdb_source {

struct LiveFile;
class SnapshotLook;

struct SnapshotSettings {
  std::string directory;          // of the database
  std::string wal_directory;      // empty: in `directory`
  std::string pin_directory;      // snapshots are "snapshot-<n>" in it
  uint64_t copy_limit_bytes = 0;  // what copies may take where links are refused
  int max_looks = 100;
  /// Tests: called between reading the MANIFEST and linking.
  std::function<void(int look)> before_links;
};

/// Thread-safe. Snapshots that it took may outlive it.
class Snapshotter {
 public:
  explicit Snapshotter(SnapshotSettings settings) : settings_(std::move(settings)) {}

  Result<std::unique_ptr<Snapshot>> take(uint64_t incarnation, Clock& clock, const CancelToken& cancel);
  /// What only the living snapshots keep on the disk. Looks at every pin: not for tight loops.
  uint64_t held_bytes() const;
  uint64_t pinned_files() const;
  /// Drops pins until at most `limit` bytes are held; their files can no longer be opened (a new turn is
  /// needed).
  uint64_t shrink(uint64_t limit);

 private:
  struct KnownOrigin {  // of an SST whose MANIFEST tells no unique id; good while inode and size are the same
    uint64_t inode = 0, size = 0;
    std::string identity;
  };
  Result<std::shared_ptr<PinDirectory>> new_pins(int directory);
  Status describe_files(const SnapshotLook& look, PinDirectory& pins, std::vector<SnapshotFile>& files);
  Result<std::string> identity(const LiveFile& live, PinDirectory& pins,
                               std::map<uint64_t, KnownOrigin>& seen);
  std::vector<std::shared_ptr<PinDirectory>> living() const;

  SnapshotSettings settings_;
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<PinDirectory>> snapshots_;
  std::map<uint64_t, KnownOrigin> origins_;  // by file number
};

}  // namespace seabed::rocksdb_source
