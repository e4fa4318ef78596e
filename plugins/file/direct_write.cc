#include "direct_write.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace seabed_file {

namespace {
constexpr uint64_t kAlignment = 4096;       // the largest block of the disks in use
constexpr uint64_t kWorthIt = 1 << 20;
constexpr uint64_t kAhead = 64 << 20;
constexpr uint64_t kPlenty = 4ull << 30;
constexpr uint64_t kStep = 8 << 20;         // bytes between two looks at the deadline

/// Writes into room that the file has already do not wait for each other. Where there is none it is only slower; the
/// end of the upload cuts what is too much. Not for a part far behind the others, which would claim all that lies
/// between, and not where the room may be somebody else's last.
void reserve_ahead(int fd, uint64_t offset, uint64_t size) {
  struct stat st {};
  struct statvfs fs {};
  if (fstat(fd, &st) != 0 || fstatvfs(fd, &fs) != 0) return;
  const auto have = static_cast<uint64_t>(st.st_size);
  if (have >= offset + size || offset > have + kAhead || fs.f_bavail < kPlenty / std::max<uint64_t>(fs.f_frsize, 1)) return;
  (void)fallocate(fd, 0, st.st_size, static_cast<off_t>(offset + size + kAhead - have));
}

bool refused(int why) { return why == EINVAL || why == EOPNOTSUPP; }   // a file system without direct writes
}  // namespace

int32_t write_direct(const UploadDir& upload, const char* name, uint64_t offset, Buffers bytes, const Context& context,
                     uint64_t* written, Error& error) {
  *written = 0;
  const bool one = bytes.size() == 1 && reinterpret_cast<uintptr_t>(bytes[0].data) % kAlignment == 0;
  const uint64_t size = one ? bytes[0].size / kAlignment * kAlignment : 0;
  if (size < kWorthIt || offset % kAlignment != 0) return SEABED_OK;
  seabed_error why{};
  why.struct_size = sizeof why;
  Error none(&why);   // whoever refuses to be opened like this is written as usual
  Fd file;
  if (upload.open_file(name, O_WRONLY | O_DIRECT, &file, none) != SEABED_OK) return SEABED_OK;
  reserve_ahead(file.get(), offset, size);
  const char* from = static_cast<const char*>(bytes[0].data);
  while (*written < size) {
    if (const int32_t code = context.check(error)) return code;
    const ssize_t n = pwrite(file.get(), from + *written, std::min(size - *written, kStep),
                             static_cast<off_t>(offset + *written));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && refused(errno)) return SEABED_OK;
    if (n < 0) return fail_errno(error, "cannot be written", errno, file.get());
    *written += static_cast<uint64_t>(n) / kAlignment * kAlignment;   // a short write ends between two blocks at most
    if (n == 0 || static_cast<uint64_t>(n) % kAlignment != 0) return SEABED_OK;
  }
  return SEABED_OK;
}

}  // namespace seabed_file
