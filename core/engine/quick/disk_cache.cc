#include "core/engine/quick/disk_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>

#include "core/base/log.h"
#include "core/flow/macroblock.h"

namespace seabed::quick {

uint64_t page_number_hash(std::string_view canonical) {
  uint64_t n = 0;
  std::memcpy(&n, canonical.data(), std::min(canonical.size(), sizeof n));
  return n == 0 ? 1 : n;
}

DiskCache::DiskCache(const std::string& path, uint64_t limit_bytes) : path_(path) {
  slots_ = limit_bytes < (1 << 20) ? 0 : limit_bytes / (kPageSize + sizeof(uint64_t));
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
  if (!got || *got != slots_ * sizeof(uint64_t)) return;
  take_table();
  usable_ = true;
}

void DiskCache::take_table() {
  for (uint64_t slot = slots_; slot-- > 0;) {
    if (table_[slot] != 0 && !slot_of_.try_emplace(table_[slot], slot).second) table_[slot] = 0;
    if (table_[slot] == 0) free_.push_back(slot);
  }
}

uint64_t DiskCache::place(uint64_t slot) const {
  const uint64_t table = (slots_ * sizeof(uint64_t) + 4095) / 4096 * 4096;
  return table + slot * kPageSize;
}

bool DiskCache::has(uint64_t hash) const {
  std::lock_guard lock(mutex_);
  return usable_ && slot_of_.count(hash) != 0;
}

bool DiskCache::read(uint64_t hash, std::span<char> page) {
  if (!usable_) return false;
  uint64_t slot = 0;
  {
    std::lock_guard lock(mutex_);
    const auto it = slot_of_.find(hash);
    if (it == slot_of_.end()) return false;
    slot = it->second;
  }
  auto got = pread_full(fd_.get(), page, place(slot), path_);
  if (got && *got == page.size() && page_number_hash(page_hash({page.data(), page.size()})) == hash) return true;
  forget(hash, slot);  // damaged; or replaced meanwhile
  return false;
}

void DiskCache::forget(uint64_t hash, uint64_t slot) {
  std::lock_guard lock(mutex_);
  const auto it = slot_of_.find(hash);
  if (it == slot_of_.end() || it->second != slot) return;
  slot_of_.erase(it);
  table_[slot] = 0;
  free_.push_back(slot);
}

/// A slot that nobody else gets until the table names it; nullopt: the page is there, or all is being written.
std::optional<uint64_t> DiskCache::room_for(uint64_t hash) {
  std::lock_guard lock(mutex_);
  if (slot_of_.count(hash) != 0) return std::nullopt;
  if (!free_.empty()) {
    const uint64_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  for (int attempt = 0; attempt < 8; ++attempt) {
    const uint64_t slot = victims_() % slots_;
    if (table_[slot] == 0) continue;
    slot_of_.erase(table_[slot]);
    table_[slot] = 0;
    return slot;
  }
  return std::nullopt;
}

void DiskCache::write(uint64_t hash, std::string_view page) {
  if (!usable_) return;
  const auto slot = room_for(hash);
  if (!slot) return;
  // The page before its hash: a crash between leaves a miss. A wrong pair is found by who reads it.
  Status s = pwrite_full(fd_.get(), page, place(*slot), path_);
  const std::string_view entry{reinterpret_cast<const char*>(&hash), sizeof hash};
  if (s) s = pwrite_full(fd_.get(), entry, *slot * sizeof hash, path_);
  if (!s) {
    if (usable_.exchange(false))
      log::warn("page cache {}: {}; going on without it", path_, s.error().reason);
    return;
  }
  std::lock_guard lock(mutex_);
  if (slot_of_.try_emplace(hash, *slot).second)
    table_[*slot] = hash;
  else
    free_.push_back(*slot);  // two wrote the same page
}

}  // namespace seabed::quick
