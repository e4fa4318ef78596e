#pragma once
// Reading a source file for a copy: with read-ahead, hashed while it is hot in the cache.

#include <cstdint>
#include <span>
#include <string>

#include "core/base/fd.h"
#include "core/base/status.h"
#include "core/flow/macroblock.h"

namespace seabed {

/// Not thread-safe. Blocks are read in order.
class SourceFile {
 public:
  /// Takes an open file of exactly `size` bytes.
  SourceFile(Fd fd, uint64_t size, std::string name);
  /// Fills `room` (block_length bytes). kCorruption when the file ends early: it is no longer what was promised.
  Result<BlockHashes> read_block(uint64_t block, std::span<char> room);
  const FileHasher& hasher() const { return hasher_; }

 private:
  Fd fd_;
  uint64_t size_;
  std::string name_;
  FileHasher hasher_;
};

/// The hash of the last page alone, to prove that a known file has not changed its end.
Result<std::string> read_last_page_hash(int fd, uint64_t size, const std::string& name);
/// The whole content's hash, read once.
Result<Hash128> read_content_hash(int fd, uint64_t size, const std::string& name);

}  // namespace seabed
