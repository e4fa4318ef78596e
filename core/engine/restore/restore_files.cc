#include "core/engine/restore/restore_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <set>

#include "core/base/checksum.h"
#include "core/engine/restore/block_source.h"
#include "core/engine/restore/direct_file.h"
#include "core/flow/lanes.h"
#include "core/flow/macroblock.h"
#include "core/format/stored_page.h"

namespace seabed::restore {
namespace {

SnapshotFile snapshot_file(const meta::FileMeta& m) {
  SnapshotFile f;
  f.name = m.name();
  f.kind = m.kind() == "sys" ? FileKind::kSystem : m.kind() == "minor" ? FileKind::kMinor : FileKind::kMajor;
  f.tablet = m.tablet_id();
  f.size = m.size();
  f.level = m.level();
  f.identity = m.identity();
  return f;
}

class Copier {
 public:
  Copier(const BackupReader& reader, RestoreTarget& target, const FileCopyOptions& options)
      : reader_(reader), target_(target), options_(options) {}

  Status run(const StreamPlan& stream, const std::set<std::string>& kept) {
    std::vector<std::pair<DataDirectory, FileTask*>> work;
    for (const auto& [from, meta] : stream.files) {
      if (kept.count(meta.name()) != 0) {
        options_.copied(meta.size(), meta.block_count());
        continue;
      }
      auto task = std::make_unique<FileTask>();
      task->meta = meta;
      task->file = snapshot_file(meta);
      task->left = meta.block_count();
      if (meta.size() == 0) SEABED_CHECK(finish(*task));
      work.emplace_back(from, task.get());
      tasks_.push_back(std::move(task));
    }
    BlockSource source(reader_, std::move(work));
    return run_lanes(
        std::max(1u, options_.lanes), [&](uint32_t) { return lane(source); }, [this] { stopped_ = true; });
  }

 private:
  Status lane(BlockSource& source) {
    BlockBuffer buffer;
    while (!stopped_) {
      if (options_.cancel && options_.cancel->cancelled())
        return fail(Code::kCancelled, "restore", "was cancelled");
      SEABED_TRY(std::optional<BlockTask> block, source.next());
      if (!block) return ok();
      SEABED_CHECK(copy(*block, buffer.room(plain_length(block->range))));
    }
    return ok();
  }

  Status copy(const BlockTask& block, std::span<char> room) {
    FileTask& task = *block.file;
    SEABED_CHECK(reader_.read_block(block.range, room));
    SEABED_TRY(int fd, open(task));
    SEABED_CHECK(write_block(fd, task.direct, room, block.range.block() * kMacroblockSize, task.meta.name()));
    options_.copied(room.size(), 1);
    return --task.left == 0 ? finish(task) : ok();
  }

  Result<int> open(FileTask& task) {
    std::lock_guard lock(task.mutex);
    if (!task.fd) {
      std::lock_guard target_lock(target_mutex_);
      SEABED_TRY(task.fd, target_.create_file(task.file));
      task.direct = begin_direct(task.fd.get(), task.meta.size());
    }
    return task.fd.get();
  }

  /// The slow part, writing to the disk, happens outside of the target's lock.
  Status finish(FileTask& task) {
    SEABED_CHECK(open(task));
    if (task.direct) SEABED_CHECK(end_direct(task.fd.get(), task.meta.size(), task.meta.name()));
    if (::fdatasync(task.fd.get()) != 0) return fail_errno(task.meta.name(), "cannot be synced", errno);
    std::lock_guard lock(target_mutex_);
    return target_.close_file(task.file, std::move(task.fd));
  }

  const BackupReader& reader_;
  RestoreTarget& target_;
  const FileCopyOptions& options_;
  std::mutex target_mutex_;
  std::atomic<bool> stopped_ = false;
  std::vector<std::unique_ptr<FileTask>> tasks_;
};

bool same_content(const BackupReader& reader, const DataDirectory& from, int fd, const meta::FileMeta& meta,
                  const CancelToken& cancel) {
  struct stat st {};
  if (::fstat(fd, &st) != 0 || static_cast<uint64_t>(st.st_size) != meta.size()) return false;
  Hasher128 hasher;
  std::string buffer(kMacroblockSize, '\0');
  for (uint64_t at = 0; at < meta.size(); at += buffer.size()) {
    auto got = pread_full(fd, buffer, at, meta.name());
    if (!got || *got == 0 || cancel.cancelled()) return false;
    hasher.update({buffer.data(), *got});
  }
  const auto hash = reader.file_hash(BackupReader::holder(from, meta).set_id, view(hasher.digest()));
  return hash && *hash == meta.hash128();
}

}  // namespace

std::vector<std::string> find_whole_files(const BackupReader& reader, const StreamPlan& stream, const std::string& staged,
                                          uint32_t lanes, const CancelToken& cancel) {
  std::vector<std::string> names;
  auto directory = open_directory(staged);
  if (!directory) return names;
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  auto lane = [&](uint32_t) -> Status {
    for (size_t i; (i = next++) < stream.files.size();) {
      const auto& [from, meta] = stream.files[i];
      auto fd = open_beneath(directory->get(), meta.name(), O_RDONLY);
      // The process that wrote it may have died before it was durable.
      if (!fd || !same_content(reader, from, fd->get(), meta, cancel) || ::fsync(fd->get()) != 0) continue;
      std::lock_guard lock(mutex);
      names.push_back(meta.name());
    }
    return ok();
  };
  (void)run_lanes(std::max(1u, lanes), lane, [] {});  // a lane has no error: what is not whole is fetched
  return names;
}

Status copy_files(const BackupReader& reader, const StreamPlan& stream, RestoreTarget& target,
                  const std::vector<std::string>& kept, const FileCopyOptions& options) {
  Copier copier(reader, target, options);
  return copier.run(stream, {kept.begin(), kept.end()});
}

Result<std::string> read_small_file(const BackupReader& reader, const DataDirectory& from,
                                    const meta::FileMeta& file, uint64_t limit) {
  if (file.size() > limit)
    return fail(Code::kCorruption, file.name(), "is larger than such a file can be", "run seabed verify");
  FileTask task;
  task.meta = file;
  BlockSource source(reader, {{from, &task}});
  std::string out(file.size(), '\0');
  for (;;) {
    SEABED_TRY(std::optional<BlockTask> block, source.next());
    if (!block) return out;
    const uint64_t at = block->range.block() * kMacroblockSize;
    SEABED_CHECK(reader.read_block(block->range, std::span<char>(&out[at], plain_length(block->range))));
  }
}

}  // namespace seabed::restore
