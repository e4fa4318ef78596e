#include "core/media/backup_writer_upload.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/media/settled_upload.h"

namespace seabed {

void abort_quietly(ObjectStore& store, const std::string& key, const std::string& upload_id) {
  if (upload_id.empty()) return;
  IoContext io;
  io.deadline = after(std::chrono::seconds(10));
  if (auto done = store.abort_upload(key, upload_id, io); !done && done.error().code != Code::kNotFound)
    log::warn("backup: unfinished upload is left behind: {}", done.error().message());
}

namespace {

meta::FileEntry entry(const std::string& key, uint64_t size, const Hash128& hash) {
  meta::FileEntry out;
  out.set_key(key);
  out.set_size(size);
  out.set_hash128(std::string(view(hash)));
  return out;
}

}  // namespace

StreamedObject::StreamedObject(ObjectStore& store, std::string key, uint64_t part_bytes, MakeIo io)
    : store_(store), key_(std::move(key)), part_bytes_(part_bytes), io_(std::move(io)) {}

StreamedObject::~StreamedObject() { abort_quietly(store_, key_, upload_id_); }

Status StreamedObject::write(std::string_view bytes) {
  hash_.update(bytes);
  size_ += bytes.size();
  while (!bytes.empty()) {
    const size_t n = std::min<size_t>(bytes.size(), part_bytes_ - buffer_.size());
    buffer_.append(bytes.substr(0, n));
    bytes.remove_prefix(n);
    // A full buffer waits for the next byte: the last part, and only that, is sent by finish().
    if (buffer_.size() == part_bytes_ && !bytes.empty()) SEABED_CHECK(flush());
  }
  return ok();
}

Status StreamedObject::flush() {
  if (upload_id_.empty()) {
    SEABED_TRY(upload_id_, store_.begin_upload(key_, io_()));
  }
  const std::string_view view = buffer_;
  SEABED_TRY(PartInfo part, store_.upload_part(key_, upload_id_, static_cast<uint32_t>(parts_.size() + 1), {&view, 1},
                                               io_()));
  parts_.push_back(std::move(part));
  buffer_.clear();
  return ok();
}

Result<meta::FileEntry> StreamedObject::finish() {
  if (upload_id_.empty()) {
    SEABED_CHECK(put_object(store_, key_, buffer_, PutMode::kReplace, io_()));
  } else {
    SEABED_CHECK(flush());
    SEABED_CHECK(complete_settled(store_, key_, upload_id_, parts_, {size_, hash_.digest()}, io_));
    upload_id_.clear();
  }
  return entry(key_, size_, hash_.digest());
}

DataFileUploads::DataFileUploads(ObjectStore& store, std::function<std::string(uint32_t file)> key, MakeIo io)
    : store_(store), key_(std::move(key)), io_(std::move(io)) {}

DataFileUploads::~DataFileUploads() {
  if (leave_open_) return;
  for (auto& [id, file] : files_)
    if (!file.done) abort_quietly(store_, key_(id), file.upload_id);
}

Status DataFileUploads::take(const StreamPart& part) {
  auto upload_id = enter(part);
  if (!upload_id) return fail(std::move(upload_id.error()));
  if (part.number == 1 && part.last) {
    SEABED_CHECK(store_.put(key_(part.file), {&part.bytes, 1}, PutMode::kReplace, io_()));
    return add(part, {});
  }
  if (part.bytes.empty()) return add(part, {});
  SEABED_TRY(PartInfo info, send(part, *upload_id));
  return add(part, std::move(info));
}

/// Unless it is there: with the size and the tag that these very bytes were given.
Result<PartInfo> DataFileUploads::send(const StreamPart& part, const std::string& upload_id) {
  const Hash128 hash = journal_ != nullptr ? hash128(part.bytes) : Hash128{};
  const auto there = there_.find({part.file, part.number});
  if (there != there_.end() && there->second.size == part.bytes.size() && there->second.hash == hash)
    return PartInfo{part.number, there->second.size, there->second.tag};
  if (part.last) SEABED_CHECK(wait_for_another(part.file));
  SEABED_TRY(PartInfo info, store_.upload_part(key_(part.file), upload_id, part.number, {&part.bytes, 1}, io_()));
  if (journal_ != nullptr) journal_->part(part.file, part.number, {part.bytes.size(), hash, info.tag});
  return info;
}

void DataFileUploads::adopt(uint32_t file, const std::string& upload_id, const CopyMemory& memory) {
  files_[file].upload_id = upload_id;
  for (const auto& [at, part] : memory.parts)
    if (at.first == file) there_.emplace(at, part);
}

void DataFileUploads::adopt_whole(uint32_t file, const JournalFile& whole) {
  File& mine = files_[file];
  mine.size = whole.size;
  mine.known = whole.hash;
  mine.done = true;
}

void DataFileUploads::stop() {
  std::lock_guard lock(mutex_);
  failed_ = true;
  turn_.notify_all();
}

/// In the order of ids: hashes the part while it is still warm, and opens the upload with the first one.
Result<std::string> DataFileUploads::enter(const StreamPart& part) {
  std::unique_lock lock(mutex_);
  turn_.wait(lock, [&] { return failed_ || part.id == next_id_; });
  if (failed_) return fail(Code::kCancelled, "copy", "was stopped");
  File& file = files_[part.file];
  file.hash.update(part.bytes);
  file.size += part.bytes.size();
  if (part.number == 1 && part.last) abort_quietly(store_, key_(part.file), std::exchange(file.upload_id, {}));
  if (part.number == 1 && !part.last && file.upload_id.empty()) {
    auto begun = store_.begin_upload(key_(part.file), io_());
    if (!begun) {
      failed_ = true;
      turn_.notify_all();
      return fail(std::move(begun.error()));
    }
    file.upload_id = std::move(*begun);
    if (journal_ != nullptr) journal_->upload(part.file, file.upload_id);
  }
  ++next_id_;
  turn_.notify_all();
  return file.upload_id;
}

/// A store may lay parts out by the size of the first one that comes: let that not be the short one.
Status DataFileUploads::wait_for_another(uint32_t id) {
  std::unique_lock lock(mutex_);
  turn_.wait(lock, [&] { return failed_ || !files_[id].parts.empty(); });
  if (failed_) return fail(Code::kCancelled, "copy", "was stopped");
  return ok();
}

Status DataFileUploads::add(const StreamPart& part, PartInfo info) {
  std::unique_lock lock(mutex_);
  File& file = files_[part.file];
  if (!part.bytes.empty()) file.parts.push_back(std::move(info));
  turn_.notify_all();
  if (part.last) {
    file.expected = part.number;
    file.empty = part.bytes.empty() ? 1 : 0;
  }
  if (file.expected == 0 || file.parts.size() + file.empty != file.expected) return ok();
  auto parts = file.parts;
  lock.unlock();                     // nobody else touches a file whose parts are all here
  return complete(part.file, file, std::move(parts));
}

Status DataFileUploads::complete(uint32_t id, File& file, std::vector<PartInfo> parts) {
  // Before it is: a kill right behind it must not cost the whole file. Whether the object is there is looked at then.
  if (journal_ != nullptr) journal_->done(id, {file.size, file.hash.digest()});
  if (!file.upload_id.empty()) {
    std::ranges::sort(parts, {}, &PartInfo::number);
    SEABED_CHECK(complete_settled(store_, key_(id), file.upload_id, parts, {file.size, file.hash.digest()}, io_));
  }
  file.done = true;
  return ok();
}

Result<std::vector<meta::FileEntry>> DataFileUploads::entries() {
  std::vector<meta::FileEntry> out;
  for (auto& [id, file] : files_) {
    if (!file.done) return fail(Code::kInternal, key_(id), "not all of its parts were written");
    out.push_back(entry(key_(id), file.size, file.known ? *file.known : file.hash.digest()));
  }
  return out;
}

}  // namespace seabed
