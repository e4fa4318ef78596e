#include "transfer.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace seabed_file {

namespace {
constexpr size_t kStep = 8 << 20;  // bytes between two looks at the deadline
constexpr size_t kVectors = 256;   // of one pwritev

/// Walks over the buffers, giving the next iovecs of at most kStep bytes.
class Cursor {
 public:
  explicit Cursor(Buffers buffers) : buffers_(buffers) {}

  size_t fill(iovec* out) {
    size_t count = 0, bytes = 0, skip = skip_;
    for (size_t i = index_; i < buffers_.size() && count < kVectors && bytes < kStep; ++i) {
      const size_t n = std::min(buffers_[i].size - skip, kStep - bytes);
      const char* data = static_cast<const char*>(buffers_[i].data) + skip;
      skip = 0;
      if (n == 0) continue;
      out[count++] = {const_cast<char*>(data), n};
      bytes += n;
    }
    return count;
  }

  void advance(size_t bytes) {
    while (index_ < buffers_.size() && bytes >= buffers_[index_].size - skip_) {
      bytes -= buffers_[index_].size - skip_;
      skip_ = 0;
      ++index_;
    }
    skip_ += bytes;
  }

 private:
  Buffers buffers_;
  size_t index_ = 0, skip_ = 0;
};
}  // namespace

uint64_t total_size(Buffers buffers) {
  uint64_t total = 0;
  for (const auto& b : buffers) total += b.size;
  return total;
}

int32_t write_at(int fd, uint64_t offset, Buffers buffers, const Context& context, Error& error, uint64_t skip) {
  Cursor cursor(buffers);
  cursor.advance(skip);
  offset += skip;
  iovec vectors[kVectors];
  while (const size_t count = cursor.fill(vectors)) {
    if (const int32_t code = context.check(error)) return code;
    const ssize_t n = pwritev(fd, vectors, static_cast<int>(count), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(error, "cannot be written", errno, fd);
    if (n >= static_cast<ssize_t>(1 << 20))
      sync_file_range(fd, static_cast<off_t>(offset), n,
                      SYNC_FILE_RANGE_WRITE);  // a hint: errors show at the sync
    cursor.advance(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return SEABED_OK;
}

int32_t read_at(int fd, uint64_t offset, void* buffer, size_t size, const Context& context, size_t* out,
                Error& error) {
  char* to = static_cast<char*>(buffer);
  *out = 0;
  if (offset > static_cast<uint64_t>(INT64_MAX) - size) return SEABED_OK;  // behind the end of any file
  while (*out < size) {
    if (const int32_t code = context.check(error)) return code;
    const ssize_t n = pread(fd, to + *out, std::min(size - *out, kStep), static_cast<off_t>(offset + *out));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(error, "cannot be read", errno);
    if (n == 0) break;
    *out += static_cast<size_t>(n);
  }
  return SEABED_OK;
}

namespace {
int32_t copy_by_hand(int from, uint64_t from_offset, int to, uint64_t to_offset, uint64_t size,
                     const Context& context, Error& error) {
  std::vector<char> room(std::min<uint64_t>(size, 1 << 20));
  while (size > 0) {
    size_t got = 0;
    const size_t want = std::min<uint64_t>(size, room.size());
    if (const int32_t code = read_at(from, from_offset, room.data(), want, context, &got, error)) return code;
    if (got != want) return error.fail(SEABED_IO, "a part of the upload ends too early");
    const seabed_buffer piece{room.data(), got};
    if (const int32_t code = write_at(to, to_offset, Buffers(&piece, 1), context, error)) return code;
    from_offset += got, to_offset += got, size -= got;
  }
  return SEABED_OK;
}
}  // namespace

int32_t copy_range(int from, uint64_t from_offset, int to, uint64_t to_offset, uint64_t size,
                   const Context& context, Error& error) {
  while (size > 0) {
    if (const int32_t code = context.check(error)) return code;
    off_t in = static_cast<off_t>(from_offset), out = static_cast<off_t>(to_offset);
    const ssize_t n = copy_file_range(from, &in, to, &out, std::min<uint64_t>(size, 4 * kStep), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EXDEV || errno == ENOSYS || errno == EOPNOTSUPP || errno == EINVAL))
      return copy_by_hand(from, from_offset, to, to_offset, size, context, error);
    if (n < 0) return fail_errno(error, "its parts cannot be joined", errno, to);
    if (n == 0) return error.fail(SEABED_IO, "a part of the upload ends too early");
    from_offset += static_cast<uint64_t>(n), to_offset += static_cast<uint64_t>(n),
        size -= static_cast<uint64_t>(n);
  }
  return SEABED_OK;
}

}  // namespace seabed_file
