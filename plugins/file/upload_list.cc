#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "file_store.h"
#include "upload_dir.h"

namespace seabed_file {

namespace {
int32_t upload_ids(int temp_dir, std::vector<std::string>* out, Error& error) {
  const int copy = openat(temp_dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = copy < 0 ? nullptr : fdopendir(copy);
  if (stream == nullptr) return fail_errno(error, "the uploads cannot be listed", errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> closer(stream, closedir);
  while (const dirent* entry = readdir(stream))
    if (strncmp(entry->d_name, "u-", 2) == 0) out->emplace_back(entry->d_name);
  std::sort(out->begin(), out->end());
  return SEABED_OK;
}

int32_t open_temp(const Root& path, Fd* temp, Error& error) {
  Fd root;
  if (const int32_t code = path.open(false, &root, error)) return code;
  *temp = open_beneath(root.get(), kTempDir, O_RDONLY | O_DIRECTORY);
  return *temp ? int32_t{SEABED_OK} : fail_errno(error, "the uploads cannot be listed", errno);
}
}  // namespace

// The token is the last id looked at.
int32_t FileStore::list_uploads(UploadsCall& call, const Context& context, Error& error) {
  if (const int32_t code = context.check(error)) return code;
  Fd temp;
  const int32_t opened = open_temp(root_, &temp, error);
  if (opened != SEABED_OK) return opened == SEABED_NOT_FOUND ? int32_t{SEABED_OK} : opened;
  std::vector<std::string> ids;
  if (const int32_t code = upload_ids(temp.get(), &ids, error)) return code;
  uint32_t count = 0;
  for (auto id = std::upper_bound(ids.begin(), ids.end(), call.token); id != ids.end(); ++id) {
    if (count == call.max)
      return call.next.assign(id[-1].data(), id[-1].size()) ? SEABED_OK : SEABED_INTERNAL;
    UploadDir upload;
    Error quiet(nullptr);
    if (upload.open(temp.get(), *id, nullptr, quiet) != SEABED_OK) continue;  // gone, or never whole
    if (upload.key().compare(0, strlen(call.scope), call.scope) != 0) continue;
    const seabed_upload_entry entry{sizeof entry, 0, upload.key().c_str(), id->c_str(), upload.started_ns()};
    if (!call.sink(entry)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
    ++count;
  }
  return SEABED_OK;
}

// The token is the last number.
int32_t FileStore::list_parts(const char* key, PartsCall& call, const Context& context, Error& error) {
  if (const int32_t code = context.check(error)) return code;
  Fd temp;
  if (const int32_t code = open_temp(root_, &temp, error)) return code;
  UploadDir upload;
  if (const int32_t code = upload.open(temp.get(), call.scope, key, error)) return code;
  uint32_t last = static_cast<uint32_t>(strtoul(call.token, nullptr, 10)), count = 0;
  const uint32_t end = upload.max_number();
  while (last < end) {
    const auto record = upload.read_record(++last);
    if (!record) continue;
    if (count == call.max) {
      const std::string token = std::to_string(last - 1);
      return call.next.assign(token.data(), token.size()) ? SEABED_OK : SEABED_INTERNAL;
    }
    seabed_part part{};
    part.struct_size = sizeof part;
    part.number = record->number;
    part.size = record->size;
    std::snprintf(part.tag, sizeof part.tag, "%llu", static_cast<unsigned long long>(record->size));
    if (!call.sink(part)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
    ++count;
  }
  return SEABED_OK;
}

}  // namespace seabed_file
