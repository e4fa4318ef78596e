#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "nfs_store.h"
#include "transfer.h"

namespace seabed_nfs {

int32_t NfsStore::stat(const char* key, const Context& context, ObjectStat* out, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  return operate(context, error, [&](Call& call) {
    Found found;
    if (const int32_t code = directories_.open_object(call, key, &found)) return code;
    out->size = found.attributes.size;
    out->modified_ns = found.attributes.modified_ns;
    thread_local char etag[64];
    std::snprintf(etag, sizeof etag, "%" PRIx64 "-%" PRIx64 "-%" PRIx64, found.attributes.file_id, out->size,
                  out->modified_ns);
    out->etag = etag;
    return int32_t{SEABED_OK};
  });
}

int32_t NfsStore::read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context& context,
                          size_t* out, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  return operate(context, error, [&](Call& call) {
    *out = 0;
    Found found;
    if (const int32_t code = directories_.open_object(call, key, &found)) return code;
    if (offset >= found.attributes.size) return int32_t{SEABED_OK};
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(size, found.attributes.size - offset));
    return seabed_nfs::read_at(call, found.handle, offset, buffer, wanted, out);
  });
}

}  // namespace seabed_nfs
