#pragma once
// The blocks of a stream's files in the order of their holders' indexes, handed out one at a time to any
// lane.

#include <map>
#include <mutex>
#include <optional>

#include "core/engine/restore/plan.h"

namespace seabed::restore {

/// One file on its way. `next` is guarded by the source, `left` counts blocks not yet written.
struct FileTask {
  meta::FileMeta meta;
  SnapshotFile file;
  uint32_t next = 0;
  std::atomic<uint32_t> left{0};
  std::mutex mutex;  // guards fd and direct
  Fd fd;
  bool direct = false;  // direct_file.h; does not change once fd is there
};

struct BlockTask {
  FileTask* file = nullptr;
  meta::MacroRange range;
};

/// Thread-safe.
class BlockSource {
 public:
  /// `files` must outlive it. Blocks of files that are not named here are passed over.
  BlockSource(const BackupReader& reader, std::vector<std::pair<DataDirectory, FileTask*>> files);
  /// nullopt when every block of every file was handed out. kCorruption when an index lacks a block or has it
  /// wrong; the same error for every lane that asks afterwards.
  Result<std::optional<BlockTask>> next();

 private:
  using Key = std::pair<uint64_t, uint64_t>;  // tablet, logical id
  Result<std::optional<BlockTask>> find_next();
  Status open_next_holder();
  Status check(const meta::MacroRange& range, FileTask& file) const;
  Status all_complete() const;

  const BackupReader& reader_;
  std::map<DataDirectory, std::map<Key, FileTask*>> holders_;
  std::mutex mutex_;
  std::map<DataDirectory, std::map<Key, FileTask*>>::iterator at_;
  std::optional<IndexReader> index_;
  bool begun_ = false;
  std::optional<Error> error_;
};

}  // namespace seabed::restore
