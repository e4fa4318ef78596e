// Objects in parts.

#include <cinttypes>
#include <cstdio>
#include <random>
#include <vector>

#include "acme_store.h"

namespace acme {

int32_t AcmeStore::find_upload(const char* key, const char* id, Upload** out, Error& error) {
  const auto found = medium_->objects.uploads.find(id);
  if (found == medium_->objects.uploads.end() || found->second.key != key)
    return error.fail(SEABED_NOT_FOUND, "has no such upload");
  *out = &found->second;
  return SEABED_OK;
}

int32_t AcmeStore::upload_begin(const char* key, const PutOptions&, const Context& context, Text* id,
                                Error& error) {
  std::random_device random;
  char text[40];
  std::snprintf(text, sizeof text, "%08x%08x%08x", random(), random(), random());
  Journal::Lock lock;
  if (const int32_t code = begin(&lock, context, error)) return code;
  if (!id->assign(text, std::strlen(text)))
    return error.fail(SEABED_INTERNAL, "the host has no room for an id");
  return write({.kind = Record::kBegin, .a = key, .b = text}, {}, context, error);
}

int32_t AcmeStore::upload_part(const char* key, const char* id, uint32_t number, Buffers bytes,
                               const Context& context, seabed_part* out, Error& error) {
  if (number == 0) return error.fail(SEABED_INVALID_ARGUMENT, "part numbers begin at 1");
  Journal::Lock lock;
  Upload* upload = nullptr;
  if (const int32_t code = begin(&lock, context, error)) return code;
  if (const int32_t code = find_upload(key, id, &upload, error)) return code;
  for (const seabed_buffer& buffer : bytes) out->size += buffer.size;
  return write({.kind = Record::kPart, .number = number, .a = key, .b = id}, bytes, context, error);
}

int32_t AcmeStore::upload_complete(const char* key, const char* id, std::span<const seabed_part* const> parts,
                                   const PutOptions& options, const Context& context, Error& error) {
  Journal::Lock lock;
  Upload* upload = nullptr;
  if (const int32_t code = begin(&lock, context, error)) return code;
  if (const int32_t code = find_upload(key, id, &upload, error)) return code;
  if (options.if_absent && medium_->objects.by_key.count(key) != 0)
    return error.fail(SEABED_ALREADY_EXISTS, "is there already");
  std::string text = id;
  for (const seabed_part* part : parts) {
    const auto sent = upload->parts.find(part->number);
    if (sent == upload->parts.end() || sent->second.size != part->size)
      return error.fail(SEABED_INVALID_ARGUMENT, "part %u was not sent so", part->number);
    text += " " + std::to_string(part->number);
  }
  if (parts.empty()) return error.fail(SEABED_INVALID_ARGUMENT, "an upload needs a part");
  return write({.kind = Record::kComplete, .a = key, .b = text}, {}, context, error);
}

int32_t AcmeStore::upload_abort(const char* key, const char* id, const Context& context, Error& error) {
  Journal::Lock lock;
  Upload* upload = nullptr;
  if (const int32_t code = begin(&lock, context, error)) return code;
  if (const int32_t code = find_upload(key, id, &upload, error)) return code;
  return write({.kind = Record::kAbort, .a = key, .b = id}, {}, context, error);
}

int32_t AcmeStore::list_uploads(UploadsCall& call, const Context& context, Error& error) {
  Journal::Lock lock;
  if (const int32_t code = begin(&lock, context, error)) return code;
  const std::string prefix = call.scope;
  const auto& all = medium_->objects.uploads;
  uint32_t n = 0;
  std::string last;
  for (auto at = all.upper_bound(call.token); at != all.end(); ++at) {
    if (at->second.key.compare(0, prefix.size(), prefix) != 0) continue;
    if (n++ == call.max) {
      call.next.assign(last.data(), last.size());
      break;
    }
    if (!call.sink({sizeof(seabed_upload_entry), 0, at->second.key.c_str(), at->first.c_str(), 0}))
      return error.fail(SEABED_INTERNAL, "the host stopped the list");
    last = at->first;
  }
  return SEABED_OK;
}

int32_t AcmeStore::list_parts(const char* key, PartsCall& call, const Context& context, Error& error) {
  Journal::Lock lock;
  Upload* upload = nullptr;
  if (const int32_t code = begin(&lock, context, error)) return code;
  if (const int32_t code = find_upload(key, call.scope, &upload, error)) return code;
  auto at = upload->parts.upper_bound(static_cast<uint32_t>(std::strtoul(call.token, nullptr, 10)));
  std::string last;
  for (uint32_t n = 0; at != upload->parts.end(); ++at, ++n) {
    if (n == call.max) {
      call.next.assign(last.data(), last.size());
      break;
    }
    const seabed_part part{sizeof part, at->first, at->second.size, ""};
    if (!call.sink(part)) return error.fail(SEABED_INTERNAL, "the host stopped the list");
    last = std::to_string(at->first);
  }
  return SEABED_OK;
}

}  // namespace acme
