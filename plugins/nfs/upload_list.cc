#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "nfs_store.h"

namespace seabed_nfs {

// The token is the last id looked at.
int32_t NfsStore::list_uploads(UploadsCall& call, const Context& context, Error& error) {
  return operate(context, error, [&](Call& nfs) -> int32_t {
    Handle temp;
    const int32_t opened = directories_.open(nfs, kTempDir, false, &temp);
    if (opened != SEABED_OK) return opened == SEABED_NOT_FOUND ? int32_t{SEABED_OK} : opened;
    std::vector<DirEntry> entries;
    if (const int32_t code = read_dir(nfs, temp, &entries)) return code;
    std::vector<std::string> ids;
    for (const DirEntry& entry : entries)
      if (entry.name.starts_with("n-")) ids.push_back(entry.name);
    std::sort(ids.begin(), ids.end());
    uint32_t count = 0;
    for (auto id = std::upper_bound(ids.begin(), ids.end(), call.token); id != ids.end(); ++id) {
      if (count == call.max)
        return call.next.assign(id[-1].data(), id[-1].size()) ? SEABED_OK : SEABED_INTERNAL;
      Upload upload;
      const int32_t found = find_upload(nfs, directories_, *id, nullptr, &upload);
      if (found == SEABED_NOT_FOUND) continue;  // gone, or never whole
      if (found != SEABED_OK) return found;
      if (!upload.key.starts_with(call.scope)) continue;
      const seabed_upload_entry entry{sizeof entry, 0, upload.key.c_str(), id->c_str(), upload.started_ns};
      if (!call.sink(entry)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
      ++count;
    }
    return SEABED_OK;
  });
}

// The token is the last number.
int32_t NfsStore::list_parts(const char* key, PartsCall& call, const Context& context, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  return operate(context, error, [&](Call& nfs) -> int32_t {
    Upload upload;
    if (const int32_t code = find_upload(nfs, directories_, call.scope, key, &upload)) return code;
    std::vector<UploadRecord> records;
    if (const int32_t code = read_records(nfs, upload, &records)) return code;
    const auto last = static_cast<uint32_t>(std::strtoul(call.token, nullptr, 10));
    uint32_t count = 0;
    for (const UploadRecord& record : records) {
      if (record.number <= last) continue;
      if (count++ == call.max) {
        const std::string token = std::to_string(record.number - 1);
        return call.next.assign(token.data(), token.size()) ? SEABED_OK : SEABED_INTERNAL;
      }
      seabed_part part{};
      part.struct_size = sizeof part;
      part.number = record.number;
      part.size = record.size;
      std::snprintf(part.tag, sizeof part.tag, "%llu", static_cast<unsigned long long>(record.size));
      if (!call.sink(part)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
    }
    return SEABED_OK;
  });
}

}  // namespace seabed_nfs
