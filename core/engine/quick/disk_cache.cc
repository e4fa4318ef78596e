#include "core/engine/quick/disk_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>

#include "core/base/log.h"
#include "core/flow/macroblock.h"

namespace seabed::quick {
namespace {

constexpr uint64_t kWays = 8;

}  // namespace

uint64_t page_number_hash(std::string_view canonical) {
  uint64_t n = 0;
  std::memcpy(&n, canonical.data(), std::min(canonical.size(), sizeof n));
  return n == 0 ? 1 : n;
}

DiskCache::DiskCache(const std::string& path, uint64_t limit_bytes) : path_(path) {
  slots_ = limit_bytes / (kPageSize + sizeof(uint64_t)) / kWays * kWays;
  if (path.empty() || slots_ == 0) return;
  fd_ = Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd_ || ::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
    log::warn("page cache {}: cannot be used, pages are kept in memory only", path);
    return;
  }
  table_.assign(slots_, 0);
  const uint64_t length = place(slots_);
  const off_t before = ::lseek(fd_.get(), 0, SEEK_END);
  // Another size has other places: nothing of it fits.
  if (before != static_cast<off_t>(length) && (::ftruncate(fd_.get(), 0) != 0 || ::ftruncate(fd_.get(), length) != 0)) {
    log::warn("page cache {}: cannot be made, pages are kept in memory only", path);
    return;
  }
  char* raw = reinterpret_cast<char*>(table_.data());
  auto got = pread_full(fd_.get(), {raw, slots_ * sizeof(uint64_t)}, 0, path);
  usable_ = got.has_value() && *got == slots_ * sizeof(uint64_t);
}

uint64_t DiskCache::place(uint64_t slot) const {
  const uint64_t table = (slots_ * sizeof(uint64_t) + 4095) / 4096 * 4096;
  return table + slot * kPageSize;
}

bool DiskCache::read(uint64_t hash, std::span<char> page) {
  if (!usable_) return false;
  const uint64_t first = hash % (slots_ / kWays) * kWays;
  for (uint64_t slot = first; slot < first + kWays; ++slot) {
    {
      std::lock_guard lock(mutex_);
      if (table_[slot] != hash) continue;
    }
    auto got = pread_full(fd_.get(), page, place(slot), path_);
    if (got && *got == page.size() && page_number_hash(page_hash({page.data(), page.size()})) == hash) return true;
    std::lock_guard lock(mutex_);
    if (table_[slot] == hash) table_[slot] = 0;  // damaged, or being replaced
  }
  return false;
}

void DiskCache::write(uint64_t hash, std::string_view page) {
  if (!usable_) return;
  const uint64_t first = hash % (slots_ / kWays) * kWays;
  uint64_t slot = first;
  {
    std::lock_guard lock(mutex_);
    for (uint64_t s = first; s < first + kWays; ++s)
      if (table_[s] == hash) return;
    while (slot < first + kWays && table_[slot] != 0) ++slot;
    if (slot == first + kWays) slot = first + next_victim_++ % kWays;
    table_[slot] = 0;
  }
  // The page before its hash: a crash between leaves a miss. A wrong pair is found by who reads it.
  Status s = pwrite_full(fd_.get(), page, place(slot), path_);
  const std::string_view entry{reinterpret_cast<const char*>(&hash), sizeof hash};
  if (s) s = pwrite_full(fd_.get(), entry, slot * sizeof hash, path_);
  if (!s) {
    if (usable_.exchange(false))
      log::warn("page cache {}: {}; going on without it", path_, s.error().reason);
    return;
  }
  std::lock_guard lock(mutex_);
  table_[slot] = hash;
}

}  // namespace seabed::quick
