#pragma once
// Pages kept on a local disk, in one sparse file of fixed length: a table of 8-byte page hashes, then the slots. A page is
// found by its hash, in any slot, and proved by it whenever it is read, so that a torn or foreign file only misses. When
// no slot is free a random one goes: a scan of more than fits keeps a part of it warm. Survives restarts. When the disk is
// full or fails, the cache turns itself off and readers go on.

#include <atomic>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/fd.h"

namespace seabed::quick {

/// Thread-safe. One process at a time: a second one goes on without (flock).
class DiskCache {
 public:
  /// `limit_bytes` under 1 MiB: no cache.
  DiskCache(const std::string& path, uint64_t limit_bytes);
  /// True when `page` was filled with the page of that hash.
  bool read(uint64_t hash, std::span<char> page);
  /// It seems to be there: read() decides.
  bool has(uint64_t hash) const;
  /// Best effort.
  void write(uint64_t hash, std::string_view page);
  bool usable() const { return usable_; }

 private:
  uint64_t place(uint64_t slot) const;
  void take_table();
  std::optional<uint64_t> room_for(uint64_t hash);
  void forget(uint64_t hash, uint64_t slot);

  std::string path_;
  Fd fd_;
  std::atomic<bool> usable_ = false;
  uint64_t slots_ = 0;
  mutable std::mutex mutex_;      // of what follows
  std::vector<uint64_t> table_;   // by slot; 0: free, or being written
  std::unordered_map<uint64_t, uint64_t> slot_of_;
  std::vector<uint64_t> free_;    // falling
  std::minstd_rand victims_;
};

/// The hash of a page as a number; 0 is never given.
uint64_t page_number_hash(std::string_view canonical);

}  // namespace seabed::quick
