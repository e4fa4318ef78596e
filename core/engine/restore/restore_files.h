#pragma once
// Bringing the files of a base back: blocks are read, proved and written by several lanes, each into its
// place.

#include <atomic>
#include <functional>

#include "core/engine/restore/plan.h"

namespace seabed::restore {

struct FileCopyOptions {
  uint32_t lanes = 2;
  const CancelToken* cancel = nullptr;
  std::function<void(uint64_t bytes, uint64_t blocks)> copied = [](uint64_t, uint64_t) {};  // thread-safe
};

/// Files of an earlier attempt that are whole in `staged` by size and content hash: the names to keep.
/// Each is read and made durable, by several lanes.
std::vector<std::string> find_whole_files(const BackupReader& reader, const StreamPlan& stream, const std::string& staged,
                                          uint32_t lanes, const CancelToken& cancel);
/// Fills the target with every file of the stream that is not among `kept` (and still there).
Status copy_files(const BackupReader& reader, const StreamPlan& stream, RestoreTarget& target,
                  const std::vector<std::string>& kept, const FileCopyOptions& options);
/// One small file whole, proved; kCorruption above `limit` bytes.
Result<std::string> read_small_file(const BackupReader& reader, const DataDirectory& from,
                                    const meta::FileMeta& file, uint64_t limit);

}  // namespace seabed::restore
