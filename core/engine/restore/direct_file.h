#pragma once
// Blocks of a restored file written past the page cache: what nobody reads soon need not be copied into memory
// that the machine has to find first, and the disk is busy from the first block on instead of at the sync.

#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "core/base/status.h"

namespace seabed::restore {

/// Of whole blocks; its beginning is aligned as a direct write wants it.
class BlockBuffer {
 public:
  BlockBuffer();
  std::span<char> room(size_t bytes) { return {bytes_.get(), bytes}; }

 private:
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  std::unique_ptr<char, Free> bytes_;
};

/// Reserves the file's room and prepares it for direct writes; false where the file system has none, or the file is
/// small: written as usual. It may be longer than `size` until end_direct().
bool begin_direct(int fd, uint64_t size);
/// A whole block of the buffer, or the file's last and shorter one; what is behind its end in the buffer is lost.
Status write_block(int fd, bool direct, std::span<char> block, uint64_t offset, const std::string& name);
/// Cuts the file to its size.
Status end_direct(int fd, uint64_t size, const std::string& name);

}  // namespace seabed::restore
