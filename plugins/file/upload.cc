#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "direct_write.h"
#include "file_store.h"
#include "publish.h"
#include "transfer.h"
#include "upload_dir.h"

namespace seabed_file {

namespace {
constexpr uint32_t kMaxParts = 10000;
constexpr uint64_t kMaxSlot = uint64_t{1} << 48;

struct OpenUpload {
  Fd root, temp;
  UploadDir upload;
};

int32_t open_upload(const Root& path, const char* key, const char* id, OpenUpload* out, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  if (const int32_t code = path.open(false, &out->root, error)) return code;
  out->temp = open_beneath(out->root.get(), kTempDir, O_RDONLY | O_DIRECTORY);
  if (!out->temp) return fail_errno(error, "its upload cannot be opened", errno);
  return out->upload.open(out->temp.get(), id, key, error);
}

/// What complete was told, beside what is there.
struct Plan {
  std::vector<UploadRecord> parts;
  uint64_t slot = 0, total = 0;
  bool in_place = true;  // every part lies where it belongs
};

int32_t plan_parts(const UploadDir& upload, std::span<const seabed_part* const> parts, Plan* plan,
                   Error& error) {
  if (parts.empty()) return error.fail(SEABED_INVALID_ARGUMENT, "an upload needs at least one part");
  if (const int32_t code = upload.part_bytes(0, &plan->slot, error)) return code;
  uint32_t last = 0;
  for (const seabed_part* part : parts) {
    const auto record = upload.read_record(part->number);
    if (part->number <= last || !record || record->size != part->size)
      return error.fail(SEABED_INVALID_ARGUMENT, "part %u is missing, out of order or of another size",
                        part->number);
    last = part->number;
    plan->in_place &= record->apart == 0 && (part->number - 1) * plan->slot == plan->total;
    plan->total += record->size;
    plan->parts.push_back(*record);
  }
  return SEABED_OK;
}

int32_t join(const UploadDir& upload, const Plan& plan, int data, const Context& context, Fd* out,
             Error& error) {
  if (const int32_t code = upload.open_file("joined", O_RDWR | O_CREAT | O_TRUNC, out, error)) return code;
  uint64_t at = 0;
  for (const UploadRecord& part : plan.parts) {
    Fd apart;
    if (part.apart != 0)
      if (const int32_t code =
              upload.open_file(UploadDir::part_file(part.number).c_str(), O_RDONLY, &apart, error))
        return code;
    const int from = part.apart != 0 ? apart.get() : data;
    const uint64_t offset = part.apart != 0 ? 0 : (part.number - 1) * plan.slot;
    if (const int32_t code = copy_range(from, offset, out->get(), at, part.size, context, error)) return code;
    at += part.size;
  }
  return SEABED_OK;
}
}  // namespace

int32_t FileStore::upload_begin(const char* key, const PutOptions& options, const Context& context, Text* id,
                                Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  if (const int32_t code = context.check(error)) return code;
  Fd root, temp;
  if (const int32_t code = open_for_write(&root, &temp, error)) return code;
  UploadDir upload;
  if (const int32_t code = upload.create(temp.get(), key, std::min(options.part_bytes, kMaxSlot), error))
    return code;
  return id->assign(upload.id().data(), upload.id().size())
             ? int32_t{SEABED_OK}
             : error.fail(SEABED_INTERNAL, "the host's room is too small");
}

int32_t FileStore::upload_part(const char* key, const char* id, uint32_t number, Buffers bytes,
                               const Context& context, seabed_part* out, Error& error) {
  if (number == 0 || number > kMaxParts)
    return error.fail(SEABED_INVALID_ARGUMENT, "part numbers go from 1 to %u", kMaxParts);
  if (const int32_t code = context.check(error)) return code;
  OpenUpload at;
  if (const int32_t code = open_upload(root_, key, id, &at, error)) return code;
  const uint64_t size = total_size(bytes);
  uint64_t slot = 0;
  if (const int32_t code = at.upload.part_bytes(std::clamp<uint64_t>(size, 1, kMaxSlot), &slot, error))
    return code;
  const bool apart = size > slot;
  const std::string name = apart ? UploadDir::part_file(number) : "data";
  const uint64_t offset = apart ? 0 : (number - 1) * slot;
  uint64_t written = 0;
  if (!apart)
    if (const int32_t code = write_direct(at.upload, name.c_str(), offset, bytes, context, &written, error)) return code;
  if (written < size || size == 0) {
    Fd file;
    if (const int32_t code =
            at.upload.open_file(name.c_str(), O_WRONLY | (apart ? O_CREAT | O_TRUNC : 0), &file, error))
      return code;
    if (const int32_t code = write_at(file.get(), offset, bytes, context, error, written)) return code;
  }
  if (const int32_t code = at.upload.write_record({size, 0, number, apart ? 1u : 0u}, error)) return code;
  out->size = size;
  std::snprintf(out->tag, sizeof out->tag, "%llu", static_cast<unsigned long long>(size));
  return SEABED_OK;
}

int32_t FileStore::upload_complete(const char* key, const char* id, std::span<const seabed_part* const> parts,
                                   const PutOptions& options, const Context& context, Error& error) {
  if (const int32_t code = context.check(error)) return code;
  OpenUpload at;
  if (const int32_t code = open_upload(root_, key, id, &at, error)) return code;
  Plan plan;
  if (const int32_t code = plan_parts(at.upload, parts, &plan, error)) return code;
  Fd file;
  if (const int32_t code = at.upload.open_file("data", O_RDWR, &file, error)) return code;
  if (!plan.in_place) {
    Fd joined;
    if (const int32_t code = join(at.upload, plan, file.get(), context, &joined, error)) return code;
    file = std::move(joined);
  }
  if (ftruncate(file.get(), static_cast<off_t>(plan.total)) != 0)
    return fail_errno(error, "cannot be cut", errno, file.get());
  if (fdatasync(file.get()) != 0) return fail_errno(error, "cannot be synced", errno, file.get());
  if (const int32_t code = context.check(error)) return code;
  const char* name = plan.in_place ? "data" : "joined";
  if (const int32_t code =
          publish(at.root.get(), at.upload.dir(), name, file.get(), key, options.if_absent, error))
    return code;
  at.upload.destroy(at.temp.get());
  return SEABED_OK;
}

int32_t FileStore::upload_abort(const char* key, const char* id, const Context& context, Error& error) {
  if (const int32_t code = context.check(error)) return code;
  OpenUpload at;
  if (const int32_t code = open_upload(root_, key, id, &at, error)) return code;
  at.upload.destroy(at.temp.get());
  return SEABED_OK;
}

}  // namespace seabed_file
