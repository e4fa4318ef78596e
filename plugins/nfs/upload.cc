#include <algorithm>
#include <cstdio>

#include "nfs_store.h"
#include "publish.h"

namespace seabed_nfs {

namespace {
constexpr uint64_t kMaxSlot = uint64_t{1} << 48;

/// What complete was told, beside what is there.
struct Plan {
  std::vector<UploadRecord> parts;
  uint64_t slot = 0, total = 0;
  bool in_place = true;  // every part lies where it belongs
};

int32_t plan_parts(Call& call, const Upload& upload, UploadSlots& slots,
                   std::span<const seabed_part* const> parts, Plan* plan) {
  if (parts.empty()) return call.error.fail(SEABED_INVALID_ARGUMENT, "an upload needs at least one part");
  if (const int32_t code = upload_slot(call, upload, slots, 0, &plan->slot)) return code;
  std::vector<UploadRecord> there;
  if (const int32_t code = read_records(call, upload, &there)) return code;
  uint32_t last = 0;
  for (const seabed_part* part : parts) {
    const auto record =
        std::lower_bound(there.begin(), there.end(), part->number,
                         [](const UploadRecord& r, uint32_t number) { return r.number < number; });
    if (part->number <= last || record == there.end() || record->number != part->number ||
        record->size != part->size)
      return call.error.fail(
          SEABED_INVALID_ARGUMENT,
          "part %u is missing, out of order, of another size, or the server restarted since it came",
          part->number);
    last = part->number;
    plan->in_place &= record->apart == 0 && (part->number - 1) * plan->slot == plan->total;
    plan->total += record->size;
    plan->parts.push_back(*record);
  }
  return SEABED_OK;
}

int32_t copy_part(Call& call, const Handle& from, uint64_t offset, uint64_t size, const Handle& to,
                  uint64_t at, Written* written) {
  std::vector<char> room(std::min<uint64_t>(size, 4 << 20));
  while (size > 0) {
    if (const int32_t code = call.context.check(call.error)) return code;
    size_t got = 0;
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(size, room.size()));
    if (const int32_t code = read_at(call, from, offset, room.data(), wanted, &got)) return code;
    if (got != wanted) return call.error.fail(SEABED_IO, "a part of the upload ends too early");
    const seabed_buffer piece{room.data(), got};
    if (const int32_t code = write_at(call, to, at, Buffers(&piece, 1), false, written)) return code;
    offset += got, at += got, size -= got;
  }
  return SEABED_OK;
}

/// NFSv3 copies nothing by itself: the parts go through this host into a file "joined".
int32_t join(Call& call, const Upload& upload, const Plan& plan, Handle* out) {
  remove_file(call, upload.dir, "joined");
  Found joined;
  if (const Status status = create(call, upload.dir, "joined", &joined); status != NFS3_OK)
    return fail_write(call, status, "its parts cannot be joined", upload.dir, plan.total);
  uint64_t at = 0;
  Written written;
  for (const UploadRecord& part : plan.parts) {
    Found from{upload.data, {}};
    if (part.apart != 0)
      if (const Status status = lookup(call, upload.dir, part_file(part.number), &from); status != NFS3_OK)
        return fail_status(call, status, "a part cannot be opened");
    const uint64_t offset = part.apart != 0 ? 0 : (part.number - 1) * plan.slot;
    if (const int32_t code = copy_part(call, from.handle, offset, part.size, joined.handle, at, &written))
      return code;
    at += part.size;
  }
  *out = joined.handle;
  return settle(call, joined.handle, written);
}

/// The upload's file with exactly the parts' bytes, durable.
int32_t assemble(Call& call, const Upload& upload, const Plan& plan, std::string* name, Handle* file) {
  *name = plan.in_place ? "data" : "joined";
  *file = upload.data;
  if (!plan.in_place) return join(call, upload, plan, file);
  Attributes now;
  if (const Status status = get_attributes(call, *file, &now); status != NFS3_OK)
    return fail_status(call, status, "cannot be inspected");
  if (now.size == plan.total) return SEABED_OK;
  if (const Status status = set_size(call, *file, plan.total); status != NFS3_OK)
    return fail_write(call, status, "cannot be cut", *file, 0);
  return SEABED_OK;
}

int32_t part_place(Call& call, const Upload& upload, uint32_t number, Handle* out) {
  const std::string name = part_file(number);
  Found found;
  Status status = lookup(call, upload.dir, name, &found);
  if (status == NFS3ERR_NOENT) status = create(call, upload.dir, name, &found);
  if (status == NFS3_OK && found.attributes.size != 0) status = set_size(call, found.handle, 0);
  *out = found.handle;
  return fail_write(call, status, "a part cannot be made", upload.dir, 0);
}
}  // namespace

int32_t NfsStore::upload_begin(const char* key, const PutOptions& options, const Context& context, Text* id,
                               Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  return operate(context, error, [&](Call& call) {
    std::string made;
    if (const int32_t code =
            make_upload(call, directories_, key, std::min(options.part_bytes, kMaxSlot), &made))
      return code;
    return id->assign(made.data(), made.size()) ? int32_t{SEABED_OK}
                                                : error.fail(SEABED_INTERNAL, "the host's room is too small");
  });
}

int32_t NfsStore::upload_part(const char* key, const char* id, uint32_t number, Buffers bytes,
                              const Context& context, seabed_part* out, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  if (number == 0 || number > kMaxParts)
    return error.fail(SEABED_INVALID_ARGUMENT, "part numbers go from 1 to %u", kMaxParts);
  return operate(context, error, [&](Call& call) {
    Upload upload;
    if (const int32_t code = find_upload(call, directories_, id, key, &upload)) return code;
    const uint64_t size = total_size(bytes);
    uint64_t slot = 0;
    if (const int32_t code =
            upload_slot(call, upload, slots_, std::clamp<uint64_t>(size, 1, kMaxSlot), &slot))
      return code;
    const bool apart = size > slot;
    Handle file = upload.data;
    if (apart)
      if (const int32_t code = part_place(call, upload, number, &file)) return code;
    Written written;
    if (const int32_t code = write_at(call, file, apart ? 0 : (number - 1) * slot, bytes, false, &written))
      return code;
    if (size == 0)
      if (const Status status = commit(call, file, &written.verifier); status != NFS3_OK)
        return fail_write(call, status, "cannot be written", file, 0);
    UploadRecord record;
    record.number = number;
    record.size = size;
    record.apart = apart ? 1 : 0;
    if (const int32_t code = write_record(call, upload, record, written.verifier)) return code;
    out->size = size;
    std::snprintf(out->tag, sizeof out->tag, "%llu", static_cast<unsigned long long>(size));
    return int32_t{SEABED_OK};
  });
}

int32_t NfsStore::upload_complete(const char* key, const char* id, std::span<const seabed_part* const> parts,
                                  const PutOptions& options, const Context& context, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  return operate(context, error, [&](Call& call) {
    Upload upload;
    if (const int32_t code = find_upload(call, directories_, id, key, &upload)) return code;
    Plan plan;
    if (const int32_t code = plan_parts(call, upload, slots_, parts, &plan)) return code;
    std::string name;
    Handle file;
    if (const int32_t code = assemble(call, upload, plan, &name, &file)) return code;
    if (const int32_t code = context.check(error)) return code;
    const int32_t code = publish(call, directories_, {upload.dir, name, file}, key, options.if_absent);
    if (code != SEABED_OK) return code;
    destroy_upload(call, directories_, upload);
    std::lock_guard lock(slots_.mutex());
    slots_.sizes().erase(upload.id);
    return code;
  });
}

int32_t NfsStore::upload_abort(const char* key, const char* id, const Context& context, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  return operate(context, error, [&](Call& call) {
    Upload upload;
    if (const int32_t code = find_upload(call, directories_, id, key, &upload)) return code;
    destroy_upload(call, directories_, upload);
    std::lock_guard lock(slots_.mutex());
    slots_.sizes().erase(upload.id);
    return int32_t{SEABED_OK};
  });
}

}  // namespace seabed_nfs
