#include "core/flow/source_file.h"

#include <fcntl.h>

#include <algorithm>
#include <vector>

namespace seabed {
namespace {
constexpr uint64_t kReadAtOnce = 4 * kPageSize;      // stays in the second-level cache until it is hashed
constexpr uint64_t kAhead = 2 * kMacroblockSize;

Status read_exactly(int fd, std::span<char> room, uint64_t offset, const std::string& name) {
  SEABED_TRY(size_t got, pread_full(fd, room, offset, name));
  if (got != room.size()) return fail(Code::kCorruption, name, "is shorter than the database says");
  return ok();
}
}  // namespace

SourceFile::SourceFile(Fd fd, uint64_t size, std::string name)
    : fd_(std::move(fd)), size_(size), name_(std::move(name)) {
  posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

Result<BlockHashes> SourceFile::read_block(uint64_t block, std::span<char> room) {
  const uint64_t begin = block * kMacroblockSize;
  if (begin + room.size() < size_)
    posix_fadvise(fd_.get(), static_cast<off_t>(begin + room.size()), kAhead, POSIX_FADV_WILLNEED);
  for (uint64_t at = 0; at < room.size(); at += kReadAtOnce) {
    const auto piece = room.subspan(at, std::min<uint64_t>(kReadAtOnce, room.size() - at));
    SEABED_CHECK(read_exactly(fd_.get(), piece, begin + at, name_));
    hasher_.update({piece.data(), piece.size()});
  }
  return hasher_.end_block();
}

Result<std::string> read_last_page_hash(int fd, uint64_t size, const std::string& name) {
  const uint64_t offset = last_page_offset(size);
  std::string page(size - offset, '\0');
  SEABED_CHECK(read_exactly(fd, page, offset, name));
  return page_hash(page);
}

Result<Hash128> read_content_hash(int fd, uint64_t size, const std::string& name) {
  Hasher128 hash;
  std::vector<char> room(kReadAtOnce);
  posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  for (uint64_t at = 0; at < size; at += kReadAtOnce) {
    const auto piece = std::span(room).subspan(0, std::min<uint64_t>(kReadAtOnce, size - at));
    SEABED_CHECK(read_exactly(fd, piece, at, name));
    hash.update({piece.data(), piece.size()});
  }
  return hash.digest();
}

}  // namespace seabed
