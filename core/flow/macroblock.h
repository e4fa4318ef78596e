#pragma once
// The units of a data backup (docs/format/backup-set.md): a source file is cut into macroblocks of 2 MiB, the last one
// shorter; a macroblock into pages of 64 KiB. Every level has its own XXH3-128, so that any page can be proved alone.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/checksum.h"

namespace seabed {

inline constexpr uint64_t kMacroblockSize = 2u << 20;
inline constexpr uint64_t kPageSize = 64u << 10;
inline constexpr size_t kPageHashSize = 8;

/// Bytes 8 to 15 of the canonical XXH3-128 of a page: its low 64 bits.
std::string page_hash(std::string_view page);
inline uint64_t block_count(uint64_t file_size) { return (file_size + kMacroblockSize - 1) / kMacroblockSize; }
inline uint64_t block_length(uint64_t file_size, uint64_t block) {
  return std::min(kMacroblockSize, file_size - block * kMacroblockSize);
}
/// Where the last page of a file begins; its hash is kept with the file as proof of an unchanged tail.
inline uint64_t last_page_offset(uint64_t file_size) { return file_size == 0 ? 0 : (file_size - 1) / kPageSize * kPageSize; }

struct BlockHashes {
  std::string pages;   // kPageHashSize bytes a page, in order
  Hash128 hash{};      // of the whole block
};

/// Hashes one source file front to back. Not thread-safe.
class FileHasher {
 public:
  /// Whole pages, but for the last piece of a block.
  void update(std::string_view bytes);
  BlockHashes end_block();
  Hash128 end_file() const { return file_.digest(); }
  const std::string& last_page_hash() const { return last_page_; }

 private:
  Hasher128 file_, block_;
  std::string pages_, last_page_;
};

}  // namespace seabed
