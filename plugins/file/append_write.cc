#include "append_write.h"

#include <fcntl.h>
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

namespace seabed_file {

namespace {
constexpr uint64_t kBlock = 4096;          // the largest block of the disks in use
constexpr uint64_t kWorthIt = 512 << 10;
constexpr size_t kRoom = 1 << 20;          // of one direct write: larger ones push the application's data out of the cache
constexpr size_t kKeptRooms = 2;

/// Aligned memory, used again: new memory costs more than the copy into it.
class Rooms {
 public:
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  using Room = std::unique_ptr<char, Free>;

  Room take() {
    {
      std::lock_guard lock(mutex_);
      if (!kept_.empty()) {
        Room room = std::move(kept_.back());
        kept_.pop_back();
        return room;
      }
    }
    return Room(static_cast<char*>(std::aligned_alloc(kBlock, kRoom)));
  }
  void give_back(Room room) {
    std::lock_guard lock(mutex_);
    if (kept_.size() < kKeptRooms) kept_.push_back(std::move(room));
  }

 private:
  std::mutex mutex_;
  std::vector<Room> kept_;
};

Rooms& rooms() {
  static auto* all = new Rooms;   // never ended: a thread may still be writing when the process ends
  return *all;
}

/// Past the processor's cache: the disk takes it from memory, and nobody looks at it again.
void copy_out(char* to, const char* from, size_t size) {
#ifdef __SSE2__
  const size_t head = std::min<size_t>(size, -reinterpret_cast<uintptr_t>(to) % sizeof(__m128i));
  std::memcpy(to, from, head);
  to += head, from += head, size -= head;
  for (; size >= sizeof(__m128i); to += sizeof(__m128i), from += sizeof(__m128i), size -= sizeof(__m128i))
    _mm_stream_si128(reinterpret_cast<__m128i*>(to), _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  _mm_sfence();
#endif
  std::memcpy(to, from, size);
}

/// Reads on through scattered buffers.
class Gather {
 public:
  explicit Gather(Buffers buffers) : buffers_(buffers) {}
  void copy(char* to, size_t size) {
    while (size > 0) {
      const size_t n = std::min(size, buffers_[index_].size - at_);
      if (to != nullptr) copy_out(to, static_cast<const char*>(buffers_[index_].data) + at_, n), to += n;
      size -= n, at_ += n;
      if (at_ == buffers_[index_].size) ++index_, at_ = 0;
    }
  }
  void skip(size_t size) { copy(nullptr, size); }

 private:
  Buffers buffers_;
  size_t index_ = 0, at_ = 0;
};

/// O_DIRECT for a part of a descriptor's writes.
class Direct {
 public:
  explicit Direct(int fd) : fd_(fd), flags_(fcntl(fd, F_GETFL)) {
    on_ = flags_ >= 0 && fcntl(fd_, F_SETFL, flags_ | O_DIRECT) == 0;
  }
  ~Direct() {
    if (on_) fcntl(fd_, F_SETFL, flags_);
  }
  Direct(const Direct&) = delete;
  Direct& operator=(const Direct&) = delete;
  bool on() const { return on_; }

 private:
  int fd_, flags_;
  bool on_ = false;
};

bool refused(int why) { return why == EINVAL || why == EOPNOTSUPP; }

/// Whole blocks from `skip` on; *done counts them in. Where the file system does not take them so, or takes a part of a
/// block, the rest is left to the caller.
int32_t write_blocks(int fd, uint64_t offset, Buffers bytes, uint64_t skip, uint64_t size, const Context& context,
                     uint64_t* done, Error& error) {
  const Direct direct(fd);
  Rooms::Room room = direct.on() ? rooms().take() : nullptr;
  if (!room) return SEABED_OK;
  Gather from(bytes);
  from.skip(skip);
  int32_t code = SEABED_OK;
  for (bool whole = true; whole && *done < size && code == SEABED_OK;) {
    if ((code = context.check(error)) != SEABED_OK) break;
    const size_t step = std::min<uint64_t>(size - *done, kRoom);
    from.copy(room.get(), step);
    for (size_t at = 0; whole && at < step;) {
      const ssize_t n = pwrite(fd, room.get() + at, step - at, static_cast<off_t>(offset + skip + *done));
      if (n < 0 && errno == EINTR) continue;
      whole = n > 0 && static_cast<uint64_t>(n) % kBlock == 0;
      if (n < 0 && !refused(errno)) code = fail_errno(error, "cannot be written", errno, fd);
      if (n < 0) break;
      at += static_cast<size_t>(n);
      *done += static_cast<uint64_t>(n);
    }
  }
  rooms().give_back(std::move(room));
  return code;
}
}  // namespace

int32_t write_append(int fd, uint64_t offset, Buffers bytes, const Context& context, Error& error) {
  const uint64_t total = total_size(bytes);
  const uint64_t head = (kBlock - offset % kBlock) % kBlock;
  if (total < head + kWorthIt) return write_at(fd, offset, bytes, context, error);
  const uint64_t blocks = (total - head) / kBlock * kBlock;
  if (head != 0) {
    char first[kBlock];
    Gather(bytes).copy(first, head);
    const seabed_buffer piece{first, head};
    if (const int32_t code = write_at(fd, offset, Buffers(&piece, 1), context, error)) return code;
  }
  uint64_t done = 0;
  if (const int32_t code = write_blocks(fd, offset, bytes, head, blocks, context, &done, error)) return code;
  return write_at(fd, offset, bytes, context, error, head + done);
}

}  // namespace seabed_file
