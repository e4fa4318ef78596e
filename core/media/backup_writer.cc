#include "core/media/backup_writer.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "core/base/log.h"
#include "core/format/index_file.h"
#include "core/media/backup_writer_upload.h"

namespace seabed {

std::string serialize(const google::protobuf::MessageLite& message) {
  std::string out;
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return out;
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

Result<meta::FileEntry> BackupSetWriter::put(const std::string& key, FileType type,
                                             const google::protobuf::MessageLite& message) {
  const std::string bytes = encode_file(type, serialize(message));
  SEABED_CHECK(put_once(*store_, key, bytes, io()));
  meta::FileEntry entry;
  entry.set_key(relative_to_set(key));
  entry.set_size(bytes.size());
  entry.set_hash128(std::string(view(hash128(bytes))));
  return entry;
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
  std::vector<meta::FileEntry> out;
  constexpr std::pair<FileType, const char*> kIndexes[] = {{FileType::kMacroRangeIndex, "macro_range_index"},
                                                           {FileType::kMetaIndex, "meta_index"},
                                                           {FileType::kSecMetaIndex, "sec_meta_index"}};
  for (const auto& [type, name] : kIndexes) {
    SEABED_TRY(auto entry, merge_index(type, name, kind, turn, retry, streams, parent));
    out.push_back(std::move(entry));
  }
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
