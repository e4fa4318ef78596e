#include "core/engine/quick/page_reader.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>

#include "core/flow/macroblock.h"
#include "core/format/stored_page.h"

namespace seabed::quick {
namespace {

constexpr uint64_t kPagesPerBlock = kMacroblockSize / kPageSize;

std::string_view whole_hash_of(const RemoteFile& file, uint64_t page) {
  const std::string_view hashes = plain_page_hashes(file.blocks[page / kPagesPerBlock]);
  const size_t at = page % kPagesPerBlock * kPageHashSize;
  return at + kPageHashSize <= hashes.size() ? hashes.substr(at, kPageHashSize) : std::string_view();
}

/// The hashes of encrypted pages are of their stored bytes: such pages are proved when they are fetched, and kept in memory
/// only.
bool is_provable(const RemoteFile& file, uint64_t page) {
  return !plain_page_hashes(file.blocks[page / kPagesPerBlock]).empty();
}

uint64_t hash_of(const RemoteFile& file, uint64_t page) {
  const std::string_view hash = whole_hash_of(file, page);
  return hash.empty() ? 0 : page_number_hash(hash);
}

}  // namespace

size_t page_length(const RemoteFile& file, uint64_t page) {
  return std::min<uint64_t>(kPageSize, file.meta.size() - page * kPageSize);
}

bool page_holds(const RemoteFile& file, uint64_t page, std::string_view bytes) {
  return is_provable(file, page) && bytes.size() == page_length(file, page) &&
         page_hash(bytes) == whole_hash_of(file, page);
}

PageReader::PageReader(std::shared_ptr<const BackupReader> reader, PageIndex index, const PageReaderOptions& options)
    : reader_(std::move(reader)),
      index_(std::move(index)),
      options_(options),
      disk_(options.cache_path, options.disk_bytes) {
  for (const auto& [name, file] : index_) sizes_[name] = file.meta.size();
  if (options.local_directory.empty()) return;
  if (auto opened = open_directory(options.local_directory)) local_ = std::move(*opened);
}

PageReaderCounts PageReader::counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

Result<bool> PageReader::is_whole(const RemoteFile& file, int fd) const {
  Hasher128 hasher;
  std::string buffer(kMacroblockSize, '\0');
  for (uint64_t at = 0; at < file.meta.size(); at += buffer.size()) {
    SEABED_TRY(const size_t got, pread_full(fd, buffer, at, file.meta.name()));
    hasher.update({buffer.data(), got});
    if (got < buffer.size()) break;
  }
  if (file.blocks.empty()) return true;
  SEABED_TRY(const std::string hash,
             reader_->file_hash(file.blocks.front().at().backup_set_id(), view(hasher.digest())));
  return hash == file.meta.hash128();
}

Result<size_t> PageReader::read(const std::string& name, uint64_t offset, std::span<char> buffer) {
  const auto it = index_.find(name);
  if (it == index_.end()) return fail(Code::kNotFound, name, "is no file of this quick tenant");
  const RemoteFile& file = it->second;
  if (offset >= file.meta.size()) return size_t{0};
  const size_t wanted = std::min<uint64_t>(buffer.size(), file.meta.size() - offset);
  for (size_t done = 0; done < wanted;) {
    const uint64_t at = offset + done, page = at / kPageSize;
    size_t from = at % kPageSize;
    if (const size_t length = page_length(file, page); from == 0 && length <= wanted - done)
      if (from_disk(file, page, buffer.subspan(done, length))) {
        done += length;
        continue;
      }
    const uint64_t last = (offset + wanted - 1) / kPageSize;
    SEABED_TRY(const Pages pages, get(file, page, std::min<uint64_t>(last - page + 1, kPagesPerBlock)));
    for (const Page& one : pages) {
      const size_t n = std::min(wanted - done, one->size() - from);
      std::memcpy(buffer.data() + done, one->data() + from, n);
      done += n;
      from = 0;
    }
  }
  return wanted;
}

/// A whole page that is in the disk cache, and neither in memory nor on its way.
bool PageReader::from_disk(const RemoteFile& file, uint64_t page, std::span<char> buffer) {
  if (!is_provable(file, page)) return false;
  const uint64_t hash = hash_of(file, page);
  {
    std::lock_guard lock(mutex_);
    if (memory_.count({&file, page}) != 0 || flying_.count({&file, page}) != 0) return false;
  }
  if (!disk_.read(hash, buffer)) return false;
  std::lock_guard lock(mutex_);
  ++counts_.disk_hits;
  return true;
}

PageReader::Pages PageReader::in_memory(const RemoteFile& file, uint64_t page, uint32_t wanted) {
  Pages found;
  for (; found.size() < wanted; ++page) {
    const auto it = memory_.find({&file, page});
    if (it == memory_.end()) break;
    recent_.splice(recent_.begin(), recent_, it->second.place);
    ++counts_.memory_hits;
    found.push_back(it->second.page);
  }
  return found;
}

/// One page at least, `wanted` at most.
Result<PageReader::Pages> PageReader::get(const RemoteFile& file, uint64_t page, uint32_t wanted) {
  const Key key{&file, page};
  uint32_t count = 1;
  {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (Pages found = in_memory(file, page, wanted); !found.empty()) return found;
      if (flying_.count(key) == 0) break;
      arrived_.wait(lock);
    }
    count = plan_run(file, page, wanted);
    for (uint32_t i = 0; i < count; ++i) flying_[{&file, page + i}] = true;
  }
  auto loaded = load(file, page, count);
  {
    std::lock_guard lock(mutex_);
    for (uint32_t i = 0; i < count; ++i) flying_.erase({&file, page + i});
  }
  arrived_.notify_all();
  if (loaded && loaded->size() > wanted) loaded->resize(wanted);
  return loaded;
}

/// Pages from `page` on, within its block, that nobody has or fetches.
uint32_t PageReader::plan_run(const RemoteFile& file, uint64_t page, uint32_t wanted) {
  Pace& pace = paces_[&file];
  pace.window = page == pace.next && page != 0 ? std::min(pace.window * 2, options_.max_read_ahead) : 1;
  const uint64_t pages = (file.meta.size() + kPageSize - 1) / kPageSize;
  const uint64_t end =
      std::min({pages, (page / kPagesPerBlock + 1) * kPagesPerBlock, page + std::max(pace.window, wanted)});
  const auto missing = [&](uint64_t p) {
    return memory_.count({&file, p}) == 0 && flying_.count({&file, p}) == 0 &&
           !(is_provable(file, p) && disk_.has(hash_of(file, p)));
  };
  uint32_t count = 1;
  while (page + count < end && missing(page + count)) ++count;
  pace.next = page + count;
  return count;
}

Result<PageReader::Pages> PageReader::load(const RemoteFile& file, uint64_t page, uint32_t count) {
  if (Page found = look_here(file, page)) {
    std::lock_guard lock(mutex_);
    keep({&file, page}, found);
    return Pages{found};
  }
  count = up_to_local(file, page, count);
  const meta::MacroRange& block = file.blocks[page / kPagesPerBlock];
  size_t bytes = 0, sound = 0;
  for (uint32_t i = 0; i < count; ++i) bytes += page_length(file, page + i);
  SEABED_TRY(std::string run, fetch(block, page % kPagesPerBlock, bytes, &sound));
  Pages out;
  for (uint32_t i = 0; i < std::min<size_t>(count, sound); ++i) {
    auto one = std::make_shared<const std::string>(run, i * kPageSize, page_length(file, page + i));
    if (options_.fill_disk && is_provable(file, page)) disk_.write(hash_of(file, page + i), *one);
    std::lock_guard lock(mutex_);
    keep({&file, page + i}, one);
    out.push_back(std::move(one));
  }
  return out;
}

/// How many of the pages behind a missing one have to be fetched with it: what a hydration has brought is not.
uint32_t PageReader::up_to_local(const RemoteFile& file, uint64_t page, uint32_t count) {
  if (count == 1 || !local_ || !open_beneath(local_.get(), file.meta.name(), O_RDONLY)) return count;
  for (uint32_t i = 1; i < count; ++i)
    if (Page found = look_here(file, page + i)) {
      std::lock_guard lock(mutex_);
      keep({&file, page + i}, std::move(found));
      return i;
    }
  return count;
}

/// In the disk cache, or in the file that a hydration has begun; null: neither.
PageReader::Page PageReader::look_here(const RemoteFile& file, uint64_t page) {
  if (!is_provable(file, page)) return nullptr;
  std::string bytes(page_length(file, page), '\0');
  if (disk_.read(hash_of(file, page), bytes)) {
    std::lock_guard lock(mutex_);
    ++counts_.disk_hits;
    return std::make_shared<const std::string>(std::move(bytes));
  }
  if (!local_) return nullptr;
  auto fd = open_beneath(local_.get(), file.meta.name(), O_RDONLY);
  if (!fd) return nullptr;
  auto got = pread_full(fd->get(), bytes, page * kPageSize, file.meta.name());
  if (!got || *got != bytes.size() || !page_holds(file, page, bytes)) return nullptr;
  std::lock_guard lock(mutex_);
  ++counts_.local_hits;
  return std::make_shared<const std::string>(std::move(bytes));
}

/// A flipped bit on the way is gone at the second try; one on the medium is not.
Result<std::string> PageReader::fetch(const meta::MacroRange& block, uint32_t first, size_t bytes, size_t* sound) {
  std::string run(bytes, '\0');
  Result<size_t> got = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    got = reader_->read_pages(block, first, run);
    {
      std::lock_guard lock(mutex_);
      ++counts_.medium_reads;
      counts_.medium_bytes += bytes;
    }
    if (got || got.error().code != Code::kCorruption) break;
  }
  if (!got) return fail(got.error());
  *sound = *got;
  return run;
}

void PageReader::keep(const Key& key, Page page) {
  if (options_.memory_bytes < page->size() || memory_.count(key) != 0) return;
  recent_.push_front(key);
  memory_used_ += page->size();
  memory_[key] = {std::move(page), recent_.begin()};
  while (memory_used_ > options_.memory_bytes) {
    auto last = memory_.find(recent_.back());
    memory_used_ -= last->second.page->size();
    memory_.erase(last);
    recent_.pop_back();
  }
}

}  // namespace seabed::quick
