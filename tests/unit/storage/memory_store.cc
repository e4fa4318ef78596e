#include "tests/unit/storage/memory_store.h"

#include <algorithm>

namespace seabed::test {

namespace {
std::string joined(Buffers bytes) {
  std::string out;
  for (const auto& piece : bytes) out += piece;
  return out;
}
tl::unexpected<Error> missing(const std::string& key) { return fail(Code::kNotFound, key, "is not there"); }
}  // namespace

Result<ObjectStat> MemoryStore::stat(const std::string& key, const IoContext&) {
  std::lock_guard lock(mutex_);
  if (!objects.count(key)) return missing(key);
  return ObjectStat{objects[key].size(), 0, ""};
}

Result<size_t> MemoryStore::read_at(const std::string& key, uint64_t offset, std::span<char> buffer,
                                    const IoContext&) {
  std::lock_guard lock(mutex_);
  if (!objects.count(key)) return missing(key);
  const std::string& bytes = objects[key];
  if (offset >= bytes.size()) return size_t{0};
  return bytes.copy(buffer.data(), buffer.size(), offset);
}

Status MemoryStore::put(const std::string& key, Buffers bytes, PutMode mode, const IoContext&) {
  std::lock_guard lock(mutex_);
  if (mode == PutMode::kIfAbsent && objects.count(key)) return fail(Code::kAlreadyExists, key, "is there");
  objects[key] = joined(bytes);
  return ok();
}

Result<std::string> MemoryStore::begin_upload(const std::string& key, const IoContext&) {
  std::lock_guard lock(mutex_);
  const std::string id = "u" + std::to_string(++next_id_);
  uploads[id].key = key;
  return id;
}

Result<PartInfo> MemoryStore::upload_part(const std::string& key, const std::string& id, uint32_t number,
                                          Buffers bytes, const IoContext&) {
  std::lock_guard lock(mutex_);
  if (!uploads.count(id)) return missing(key);
  uploads[id].parts[number] = joined(bytes);
  return PartInfo{number, joined(bytes).size(), ""};
}

Status MemoryStore::complete_upload(const std::string& key, const std::string& id,
                                    std::span<const PartInfo> parts, const IoContext&) {
  std::lock_guard lock(mutex_);
  if (!uploads.count(id)) return missing(key);
  std::string whole;
  for (const auto& part : parts) whole += uploads[id].parts[part.number];
  objects[key] = whole;
  uploads.erase(id);
  return ok();
}

Status MemoryStore::abort_upload(const std::string& key, const std::string& id, const IoContext&) {
  std::lock_guard lock(mutex_);
  return uploads.erase(id) ? ok() : Status(missing(key));
}

Result<std::vector<UploadInfo>> MemoryStore::list_uploads(const std::string& prefix, const IoContext&) {
  std::lock_guard lock(mutex_);
  std::vector<UploadInfo> out;
  for (const auto& [id, upload] : uploads)
    if (upload.key.starts_with(prefix)) out.push_back({upload.key, id, 0});
  return out;
}

Result<std::vector<PartInfo>> MemoryStore::list_parts(const std::string& key, const std::string& id,
                                                      const IoContext&) {
  std::lock_guard lock(mutex_);
  if (!uploads.count(id)) return missing(key);
  std::vector<PartInfo> out;
  for (const auto& [number, bytes] : uploads[id].parts) out.push_back({number, bytes.size(), ""});
  return out;
}

Result<ListPage> MemoryStore::list(const std::string& prefix, const std::string& token, uint32_t max,
                                   const IoContext&) {
  std::lock_guard lock(mutex_);
  ListPage page;
  for (const auto& [key, bytes] : objects) {
    if (!key.starts_with(prefix) || (!token.empty() && key <= token)) continue;
    if (page.entries.size() == max) {
      page.next = page.entries.back().key;
      break;
    }
    page.entries.push_back({key, bytes.size()});
  }
  return page;
}

Result<std::vector<Status>> MemoryStore::remove(std::span<const std::string> keys, const IoContext&) {
  std::lock_guard lock(mutex_);
  largest_remove = std::max(largest_remove, keys.size());
  for (const auto& key : keys) objects.erase(key);
  return std::vector<Status>(keys.size());
}

Result<uint64_t> MemoryStore::append(const std::string& key, uint64_t position, Buffers bytes,
                                     const IoContext&) {
  std::lock_guard lock(mutex_);
  if (!objects.count(key) && position != 0) return missing(key);
  if (objects[key].size() != position) return fail(Code::kConflict, key, "has another length");
  return (objects[key] += joined(bytes)).size();
}

Result<ObjectStore::Tags> MemoryStore::get_tags(const std::string& key, const IoContext&) {
  std::lock_guard lock(mutex_);
  return tags[key];
}

Status MemoryStore::set_tags(const std::string& key, const Tags& given, const IoContext&) {
  std::lock_guard lock(mutex_);
  if (!objects.count(key)) return missing(key);
  tags[key] = given;
  return ok();
}

}  // namespace seabed::test
