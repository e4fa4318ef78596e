#include "acme_store.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <vector>

namespace acme {

namespace {
int32_t check_key(const char* key, Error& error) {
  const size_t size = std::strlen(key);
  if (size == 0) return error.fail(SEABED_INVALID_ARGUMENT, "the key is empty");
  if (size > kMaxKey) return error.fail(SEABED_INVALID_ARGUMENT, "the key is over %zu bytes", kMaxKey);
  return SEABED_OK;
}
}  // namespace

int32_t AcmeStore::begin(Journal::Lock* lock, const Context& context, Error& error) {
  if (const int32_t code = context.check(error)) return code;
  if (const int32_t code = lock->take(&medium_->journal, context, error)) return code;
  return medium_->journal.catch_up([this](const Record& record) { medium_->objects.apply(record); }, error);
}

int32_t AcmeStore::write(Record record, Buffers bytes, const Context& context, Error& error) {
  return medium_->journal.write(std::move(record), bytes, context, error);
}

int32_t AcmeStore::find(const char* key, Object** out, Error& error) {
  const auto found = medium_->objects.by_key.find(key);
  if (found == medium_->objects.by_key.end()) return error.fail(SEABED_NOT_FOUND, "is not there");
  *out = &found->second;
  return SEABED_OK;
}

int32_t AcmeStore::stat(const char* key, const Context& context, ObjectStat* out, Error& error) {
  Journal::Lock lock;
  Object* object = nullptr;
  if (const int32_t code = begin(&lock, context, error)) return code;
  if (const int32_t code = find(key, &object, error)) return code;
  thread_local char etag[32];
  std::snprintf(etag, sizeof etag, "%" PRIx64, object->version);
  out->size = object->size;
  out->etag = etag;
  return SEABED_OK;
}

int32_t AcmeStore::read_at(const char* key, uint64_t offset, void* buffer, size_t size,
                           const Context& context, size_t* out, Error& error) {
  std::vector<Extent> extents;
  {
    Journal::Lock lock;
    Object* object = nullptr;
    if (const int32_t code = begin(&lock, context, error)) return code;
    if (const int32_t code = find(key, &object, error)) return code;
    extents = object->extents;
  }
  // The journal only grows: these bytes stay whatever happens to the object.
  char* to = static_cast<char*>(buffer);
  for (const Extent& extent : extents) {
    const uint64_t skip = std::min(offset, extent.size);
    const size_t n = static_cast<size_t>(std::min<uint64_t>(extent.size - skip, size));
    if (const int32_t code = medium_->journal.read(extent.offset + skip, to, n, context, error)) return code;
    offset -= skip, to += n, size -= n;
  }
  *out = static_cast<size_t>(to - static_cast<char*>(buffer));
  return SEABED_OK;
}

int32_t AcmeStore::put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
                       Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  Journal::Lock lock;
  if (const int32_t code = begin(&lock, context, error)) return code;
  if (options.if_absent && medium_->objects.by_key.count(key) != 0)
    return error.fail(SEABED_ALREADY_EXISTS, "is there already");
  return write({.kind = Record::kPut, .a = key}, bytes, context, error);
}

int32_t AcmeStore::append(const char* key, uint64_t position, Buffers bytes, const Context& context,
                          uint64_t* length, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  Journal::Lock lock;
  if (const int32_t code = begin(&lock, context, error)) return code;
  Object* object = nullptr;
  if (position > 0)
    if (const int32_t code = find(key, &object, error)) return code;
  const auto found = medium_->objects.by_key.find(key);
  *length = found == medium_->objects.by_key.end() ? 0 : found->second.size;
  if (*length != position)
    return error.fail(SEABED_CONFLICT, "has %" PRIu64 " bytes, an append at %" PRIu64 " was asked for",
                      *length, position);
  if (const int32_t code = write({.kind = Record::kAppend, .a = key}, bytes, context, error)) return code;
  for (const seabed_buffer& buffer : bytes) *length += buffer.size;
  return SEABED_OK;
}

int32_t AcmeStore::list(ListCall& call, const Context& context, Error& error) {
  Journal::Lock lock;
  if (const int32_t code = begin(&lock, context, error)) return code;
  const std::string prefix = call.scope, token = call.token;
  const auto& all = medium_->objects.by_key;
  auto at = token.empty() ? all.lower_bound(prefix) : all.upper_bound(token);
  std::string last;
  for (uint32_t n = 0; at != all.end() && at->first.compare(0, prefix.size(), prefix) == 0; ++at, ++n) {
    if (n == call.max) {  // the token is the last key that was given
      call.next.assign(last.data(), last.size());
      break;
    }
    if (!call.sink({sizeof(seabed_list_entry), 0, at->first.c_str(), at->second.size, 0}))
      return error.fail(SEABED_INTERNAL, "the host stopped the list");
    last = at->first;
  }
  return SEABED_OK;
}

int32_t AcmeStore::remove(const RemoveCall& call, const Context& context, Error& error) {
  for (uint32_t i = 0; i < call.keys.size(); ++i) {
    Journal::Lock lock;
    int32_t code = begin(&lock, context, error);
    if (code == SEABED_OK && medium_->objects.by_key.count(call.keys[i]) != 0)
      code = write({.kind = Record::kRemove, .a = call.keys[i]}, {}, context, error);
    if (code == SEABED_OK)
      call.done(i);
    else
      call.failed(i, *error.raw());
  }
  return SEABED_OK;
}

int32_t AcmeStore::get_tags(const char* key, const TagsCall& call, const Context& context, Error& error) {
  Journal::Lock lock;
  Object* object = nullptr;
  if (const int32_t code = begin(&lock, context, error)) return code;
  if (const int32_t code = find(key, &object, error)) return code;
  for (const auto& [name, value] : object->tags)
    if (!call.sink({name.c_str(), value.c_str(), 0, 0}))
      return error.fail(SEABED_INTERNAL, "the host stopped the list of tags");
  return SEABED_OK;
}

int32_t AcmeStore::set_tags(const char* key, std::span<const seabed_pair> tags, const Context& context,
                            Error& error) {
  Journal::Lock lock;
  Object* object = nullptr;
  if (const int32_t code = begin(&lock, context, error)) return code;
  if (const int32_t code = find(key, &object, error)) return code;
  std::map<std::string, std::string> all;
  for (const seabed_pair& tag : tags) all[tag.key] = tag.value;
  return write({.kind = Record::kTags, .a = key, .b = pack(all)}, {}, context, error);
}

}  // namespace acme
