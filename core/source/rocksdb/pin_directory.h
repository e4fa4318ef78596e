#pragma once
// Hard links that keep a live database's files while they are copied: one directory a snapshot, locked while
// it lives, so that a later process can tell the leftovers of a dead one. Where links are refused (another
// mount, another owner: EXDEV, EPERM) the file is copied: only SSTs and blobs come here, and they never
// change.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/base/fd.h"
#include "core/base/status.h"

namespace seabed::rocksdb_source {

/// Thread-safe.
class PinDirectory {
 public:
  /// "<parent>/snapshot-<n>" with the smallest free n. `owner`: the user whose files may be pinned.
  static Result<std::unique_ptr<PinDirectory>> create(const std::string& parent, uid_t owner);
  /// Deletes every snapshot directory below `parent` that no living process holds. Fine when `parent` is not
  /// there.
  static Status remove_leftovers(const std::string& parent);
  ~PinDirectory();  // deletes everything

  struct Pinned {
    bool found = false;   // false: the file was gone
    bool copied = false;  // links are refused here
    uint64_t size = 0;
  };
  /// `copy_limit`: bytes that a copy may take on this disk; kNoSpace beyond.
  Result<Pinned> pin(int source, const std::string& name, uint64_t copy_limit);
  /// A file of our own (the MANIFEST prefix …), synced by nobody: it lives as long as the snapshot.
  Status add(const std::string& name, int from, uint64_t length, const std::string& path);
  Result<Fd> open(const std::string& name) const;
  void unpin(const std::string& name);
  /// Bytes that nobody but this directory keeps on the disk: copies, and links whose original was deleted.
  uint64_t held_bytes() const;
  /// Drops pins that only we hold, the largest first, until at most `limit` bytes are held; returns what was
  /// dropped.
  uint64_t shrink(uint64_t limit);
  uint64_t pinned_bytes() const { return pinned_bytes_; }
  size_t count() const;

 private:
  PinDirectory(std::string path, Fd directory, Fd lock, uid_t owner);
  Result<bool> copy(int source, const std::string& name, uint64_t limit, uint64_t* size);
  Status check_pinned(const std::string& name, uint64_t* size) const;
  std::multimap<uint64_t, std::string> held_files() const;

  const std::string path_;
  const Fd directory_, lock_;
  const uid_t owner_;
  mutable std::mutex mutex_;
  std::map<std::string, uint64_t> files_;  // size
  std::atomic<uint64_t> pinned_bytes_ = 0;
};

}  // namespace seabed::rocksdb_source
