#include "core/engine/restore/direct_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "core/base/fd.h"
#include "core/flow/macroblock.h"

namespace seabed::restore {
namespace {

constexpr uint64_t kAlignment = 4096;  // the largest block of the disks in use
constexpr uint64_t kWorthIt = 1 << 20;
static_assert(kMacroblockSize % kAlignment == 0);

uint64_t rounded(uint64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

BlockBuffer::BlockBuffer() : bytes_(static_cast<char*>(std::aligned_alloc(kAlignment, kMacroblockSize))) {
  if (!bytes_) throw std::bad_alloc();
}

bool begin_direct(int fd, uint64_t size) {
  if (size < kWorthIt) return false;
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_DIRECT) != 0) return false;
  // Lanes that write into room which is there do not wait for each other. No room: the write says so.
  (void)::fallocate(fd, 0, 0, static_cast<off_t>(rounded(size)));
  return true;
}

Status write_block(int fd, bool direct, std::span<char> block, uint64_t offset, const std::string& name) {
  while (direct) {
    const uint64_t size = rounded(block.size());
    std::memset(block.data() + block.size(), 0, size - block.size());
    const ssize_t n = ::pwrite(fd, block.data(), size, static_cast<off_t>(offset));
    if (n == static_cast<ssize_t>(size)) return ok();
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EINVAL && errno != EOPNOTSUPP) return fail_errno(name, "cannot be written", errno);
    // Refused after all, or cut short (a full disk): the usual way, for all that comes.
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags & ~O_DIRECT) != 0)
      return fail_errno(name, "cannot be written", errno);
    break;
  }
  return pwrite_full(fd, {block.data(), block.size()}, offset, name);
}

Status end_direct(int fd, uint64_t size, const std::string& name) {
  if (::ftruncate(fd, static_cast<off_t>(size)) == 0) return ok();
  return fail_errno(name, "cannot be cut to its size", errno);
}

}  // namespace seabed::restore
