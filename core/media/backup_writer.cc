#include "core/media/backup_writer.h"

#include <algorithm>
#include <atomic>

#include "core/base/log.h"
#include "core/flow/lanes.h"
#include "core/format/index_file.h"
#include "core/media/archive_objects.h"
#include "core/media/backup_writer_upload.h"

namespace seabed {
namespace {
constexpr size_t kSmallWrites = 8;   // at a time: they wait for syncs or for the network, not for the processor
}

Status put_once(ObjectStore& store, const std::string& key, std::string_view bytes, const IoContext& io) {
  auto done = put_object(store, key, bytes, PutMode::kIfAbsent, io);
  if (done || done.error().code != Code::kAlreadyExists) return done;
  auto there = read_object(store, key, bytes.size(), io);
  if (there && *there == bytes) return ok();
  log::info("backup: {} is written again after a crash", key);
  return put_object(store, key, bytes, PutMode::kReplace, io);
}

BackupSetWriter::BackupSetWriter(std::shared_ptr<ObjectStore> store, const paths::SetId& set,
                                 BackupWriterOptions options)
    : store_(std::move(store)), set_(set), options_(std::move(options)) {}

IoContext BackupSetWriter::io() const {
  IoContext io;
  io.deadline = after(options_.request_deadline);
  io.cancel = options_.cancel;
  io.trace_id = options_.trace_id;
  return io;
}

FramedObject frame_message(const std::string& key, FileType type, const google::protobuf::MessageLite& message) {
  return {key, encode_file(type, stable_bytes(message))};
}

Result<meta::FileEntry> BackupSetWriter::put(const std::string& key, FileType type,
                                             const google::protobuf::MessageLite& message) {
  SEABED_TRY(auto entries, put_all({frame_message(key, type, message)}));
  return std::move(entries[0]);
}

meta::FileEntry BackupSetWriter::entry_of(const FramedObject& object) const {
  meta::FileEntry entry;
  entry.set_key(relative_to_set(object.key));
  entry.set_size(object.bytes.size());
  entry.set_hash128(std::string(view(hash128(object.bytes))));
  return entry;
}

Result<std::vector<meta::FileEntry>> BackupSetWriter::put_all(const std::vector<FramedObject>& objects) {
  std::atomic<size_t> next = 0;
  auto lane = [&](uint32_t) -> Status {
    for (size_t i; (i = next++) < objects.size();)
      SEABED_CHECK(put_once(*store_, objects[i].key, objects[i].bytes, io()));
    return ok();
  };
  const auto lanes = static_cast<uint32_t>(std::min<size_t>(objects.size(), kSmallWrites));
  if (lanes > 0) SEABED_CHECK(run_lanes(lanes, lane, [&] { next = objects.size(); }));
  std::vector<meta::FileEntry> out;
  for (const auto& object : objects) out.push_back(entry_of(object));
  return out;
}

std::string BackupSetWriter::relative_to_set(const std::string& key) const {
  const std::string dir = paths::set_dir(set_);
  return key.starts_with(dir) ? key.substr(dir.size()) : key;
}

namespace {
constexpr uint64_t kIndexPart = 8ull << 20;

template <class Entry>
Status copy_entries(IndexReader& from, IndexWriter& to) {
  Entry entry;
  while (true) {
    SEABED_TRY(bool more, from.next(&entry));
    if (!more) return ok();
    SEABED_CHECK(to.add(entry));
  }
}

Status copy_index(FileType type, IndexReader& from, IndexWriter& to) {
  switch (type) {
    case FileType::kMacroRangeIndex: return copy_entries<meta::MacroRange>(from, to);
    case FileType::kMetaIndex: return copy_entries<meta::FileMeta>(from, to);
    case FileType::kSecMetaIndex: return copy_entries<meta::SecMeta>(from, to);
    default: return fail(Code::kInternal, "index", "not an index type");
  }
}
}  // namespace

Result<std::vector<meta::FileEntry>> BackupSetWriter::merge_indexes(const std::string& kind, uint32_t turn,
                                                                    uint32_t retry,
                                                                    const std::vector<paths::LsData>& streams,
                                                                    uint64_t parent) {
  constexpr std::pair<FileType, const char*> kIndexes[] = {{FileType::kMacroRangeIndex, "macro_range_index"},
                                                           {FileType::kMetaIndex, "meta_index"},
                                                           {FileType::kSecMetaIndex, "sec_meta_index"}};
  std::vector<meta::FileEntry> out(std::size(kIndexes));
  auto merge = [&](uint32_t lane) -> Status {
    const auto& [type, name] = kIndexes[lane];
    SEABED_TRY(out[lane], merge_index(type, name, kind, turn, retry, streams, parent));
    return ok();
  };
  SEABED_CHECK(run_lanes(std::size(kIndexes), merge, [] {}));
  return out;
}

Result<meta::FileEntry> BackupSetWriter::merge_index(FileType type, const std::string& index, const std::string& kind,
                                                     uint32_t turn, uint32_t retry,
                                                     const std::vector<paths::LsData>& streams, uint64_t parent) {
  StreamedObject object(*store_, paths::tenant_index(set_, kind, turn, index, retry),
                        std::max(kIndexPart, store_->capabilities().min_part_bytes), [this] { return io(); });
  IndexWriter writer(type, kind, [&](std::string_view bytes) { return object.write(bytes); });
  for (const auto& stream : streams) {
    const std::string key = paths::ls_index(stream, index);
    SEABED_TRY(ObjectStat stat, store_->stat(key, io()));
    auto read = [this, &key](uint64_t offset, std::span<char> room) { return store_->read_at(key, offset, room, io()); };
    SEABED_TRY(IndexReader reader, IndexReader::open(type, stat.size, read, key));
    SEABED_CHECK(copy_index(type, reader, writer));
  }
  SEABED_CHECK(writer.finish(parent));
  SEABED_TRY(auto entry, object.finish());
  entry.set_key(relative_to_set(entry.key()));
  return entry;
}

}  // namespace seabed
