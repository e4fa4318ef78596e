#include "core/engine/quick/page_index.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <memory>

#include "core/base/fd.h"
#include "core/engine/restore/block_source.h"
#include "core/flow/macroblock.h"
#include "core/format/stored_page.h"

namespace seabed::quick {
namespace {

tl::unexpected<Error> damaged(const std::string& path, std::string reason) {
  return fail(Code::kCorruption, path, std::move(reason), "restore quickly again into a new directory");
}

/// The index writer hands over small pieces; the file is whole before it gets its name.
template <class Fill>
Status write_index(const std::string& path, FileType type, const Fill& fill) {
  std::string bytes;
  IndexWriter writer(type, "quick", [&](std::string_view piece) {
    bytes += piece;
    return ok();
  });
  SEABED_CHECK(fill(writer));
  SEABED_CHECK(writer.finish());
  return write_file_atomic(path, bytes);
}

template <class Entry, class Visit>
Status each_entry(const std::string& path, FileType type, const Visit& visit) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat st {};
  if (!fd || ::fstat(fd.get(), &st) != 0) return fail_errno(path, "cannot be opened", errno);
  auto read = [&](uint64_t offset, std::span<char> buffer) { return pread_full(fd.get(), buffer, offset, path); };
  SEABED_TRY(IndexReader reader, IndexReader::open(type, st.st_size, read, path));
  for (Entry entry;;) {
    SEABED_TRY(bool more, reader.next(&entry));
    if (!more) return ok();
    SEABED_CHECK(visit(entry));
  }
}

}  // namespace

Status write_page_index(const BackupReader& reader, const restore::StreamPlan& stream, const std::string& path) {
  std::vector<std::unique_ptr<restore::FileTask>> tasks;
  std::vector<std::pair<DataDirectory, restore::FileTask*>> wanted;
  for (const auto& [from, file] : stream.files) {
    if (!stays_remote(file)) continue;
    tasks.push_back(std::make_unique<restore::FileTask>());
    tasks.back()->meta = file;
    wanted.emplace_back(from, tasks.back().get());
  }
  restore::BlockSource source(reader, std::move(wanted));
  SEABED_CHECK(write_index(path + ".blocks", FileType::kMacroRangeIndex, [&](IndexWriter& writer) -> Status {
    for (;;) {
      SEABED_TRY(auto block, source.next());
      if (!block) return ok();
      SEABED_CHECK(writer.add(block->range));
    }
  }));
  return write_index(path + ".files", FileType::kMetaIndex, [&](IndexWriter& writer) -> Status {
    for (const auto& task : tasks) SEABED_CHECK(writer.add(task->meta));
    return ok();
  });
}

Result<PageIndex> read_page_index(const std::string& path) {
  PageIndex index;
  std::map<std::pair<uint64_t, uint64_t>, RemoteFile*> by_id;
  SEABED_CHECK(each_entry<meta::FileMeta>(path + ".files", FileType::kMetaIndex, [&](const auto& m) -> Status {
    if (!restore::is_safe_component(m.name()) || m.block_count() != block_count(m.size()))
      return damaged(path + ".files", "names an impossible file");
    RemoteFile& file = index[m.name()];
    file.meta = m;
    by_id[{m.tablet_id(), m.logical_id()}] = &file;
    return ok();
  }));
  SEABED_CHECK(each_entry<meta::MacroRange>(path + ".blocks", FileType::kMacroRangeIndex, [&](const auto& r) -> Status {
    const auto it = by_id.find({r.tablet_id(), r.logical_id()});
    if (it == by_id.end() || r.block() != it->second->blocks.size() ||
        r.block() >= it->second->meta.block_count() ||
        plain_length(r) != block_length(it->second->meta.size(), r.block()))
      return damaged(path + ".blocks", "holds a block that belongs nowhere");
    it->second->blocks.push_back(r);
    return ok();
  }));
  for (const auto& [name, file] : index)
    if (file.blocks.size() != file.meta.block_count()) return damaged(path + ".blocks", "lacks blocks of " + name);
  return index;
}

}  // namespace seabed::quick
