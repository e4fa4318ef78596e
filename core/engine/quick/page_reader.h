#pragma once
// Serves bytes of a stream's remote files: from memory, from the local disk, else from the medium. Every page is proved
// before a byte of it is given out.

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "core/engine/quick/disk_cache.h"
#include "core/engine/quick/page_index.h"
#include "core/source/remote_files.h"

namespace seabed::quick {

struct PageReaderOptions {
  uint64_t memory_bytes = 64ull << 20;
  std::string cache_path;                 // empty: no disk cache
  uint64_t disk_bytes = 2ull << 30;
  uint32_t max_read_ahead = 32;           // pages: a macroblock
  bool fill_disk = true;                  // false: what is in the disk cache is used, nothing is added
  std::string local_directory;            // where a hydration brings the files; its pages are proved like all; empty: none
};

/// What was asked of the medium since the reader was made.
struct PageReaderCounts {
  uint64_t medium_reads = 0, medium_bytes = 0, memory_hits = 0, disk_hits = 0, local_hits = 0;
};

/// True when `bytes` are that page of the file.
bool page_holds(const RemoteFile& file, uint64_t page, std::string_view bytes);
size_t page_length(const RemoteFile& file, uint64_t page);

/// Thread-safe. Parallel readers of one missing page wait for one fetch. What one call asks for is one fetch (of each
/// macroblock). Read-ahead doubles while a file is read forwards and falls back to what is asked for at a jump. A page that
/// does not hold is fetched once more, then an error. Whole pages go from the disk into the caller's buffer and are not
/// kept in memory.
class PageReader final : public RemoteFiles {
 public:
  PageReader(std::shared_ptr<const BackupReader> reader, PageIndex index, const PageReaderOptions& options);
  const std::map<std::string, uint64_t>& sizes() const override { return sizes_; }
  Result<size_t> read(const std::string& name, uint64_t offset, std::span<char> buffer) override;
  PageReaderCounts counts() const;
  const PageIndex& index() const { return index_; }
  /// The open local file is the whole remote one, by its content's hash.
  Result<bool> is_whole(const RemoteFile& file, int fd) const;

 private:
  using Page = std::shared_ptr<const std::string>;
  using Key = std::pair<const RemoteFile*, uint64_t>;  // page of the file
  struct KeyHash {
    size_t operator()(const Key& k) const {
      return std::hash<const void*>()(k.first) * 31 + std::hash<uint64_t>()(k.second);
    }
  };
  struct Kept {
    Page page;
    std::list<Key>::iterator place;
  };
  struct Pace {
    uint64_t next = 0;    // the page that goes on
    uint32_t window = 1;
  };
  using Pages = std::vector<Page>;
  Result<Pages> get(const RemoteFile& file, uint64_t page, uint32_t wanted);
  Pages in_memory(const RemoteFile& file, uint64_t page, uint32_t wanted);  // with mutex_
  bool from_disk(const RemoteFile& file, uint64_t page, std::span<char> buffer);
  uint32_t plan_run(const RemoteFile& file, uint64_t page, uint32_t wanted);  // with mutex_
  Result<Pages> load(const RemoteFile& file, uint64_t page, uint32_t count);
  uint32_t up_to_local(const RemoteFile& file, uint64_t page, uint32_t count);
  Page look_here(const RemoteFile& file, uint64_t page);
  Result<std::string> fetch(const meta::MacroRange& block, uint32_t first, size_t bytes, size_t* sound);
  void keep(const Key& key, Page page);  // with mutex_

  const std::shared_ptr<const BackupReader> reader_;
  const PageIndex index_;
  const PageReaderOptions options_;
  std::map<std::string, uint64_t> sizes_;
  DiskCache disk_;
  Fd local_;
  mutable std::mutex mutex_;  // of what follows
  std::condition_variable arrived_;
  std::unordered_map<Key, Kept, KeyHash> memory_;
  std::list<Key> recent_;  // front: the last used
  uint64_t memory_used_ = 0;
  std::unordered_map<Key, bool, KeyHash> flying_;
  std::unordered_map<const RemoteFile*, Pace> paces_;
  PageReaderCounts counts_;
};

}  // namespace seabed::quick
