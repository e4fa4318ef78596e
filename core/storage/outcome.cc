#include "core/storage/outcome.h"

#include <algorithm>

#include "core/storage/store_call.h"

namespace seabed {

namespace {
constexpr size_t kStep = 1 << 20;

/// Are the object's bytes from `offset` those of the buffers? False also when it is shorter.
Result<bool> same_bytes(ObjectStore& store, const std::string& key, uint64_t offset, Buffers bytes,
                        const IoContext& ctx) {
  std::string room;
  for (std::string_view rest : bytes) {
    while (!rest.empty()) {
      room.resize(std::min(rest.size(), kStep));
      SEABED_TRY(const size_t n, store.read_at(key, offset, room, ctx));
      if (n == 0 || std::string_view(room).substr(0, n) != rest.substr(0, n)) return false;
      rest.remove_prefix(n);
      offset += n;
    }
  }
  return true;
}
}  // namespace

Result<Outcome> look_at_put(ObjectStore& store, const std::string& key, Buffers bytes, const IoContext& ctx) {
  const auto found = store.stat(key, ctx);
  if (!found && found.error().code == Code::kNotFound) return Outcome::kNotDone;
  if (!found) return fail(found.error());
  if (found->size != total_size(bytes)) return Outcome::kOther;
  SEABED_TRY(const bool same, same_bytes(store, key, 0, bytes, ctx));
  return same ? Outcome::kDone : Outcome::kOther;
}

Result<Outcome> look_at_append(ObjectStore& store, const std::string& key, uint64_t position, Buffers bytes,
                               const IoContext& ctx) {
  const auto found = store.stat(key, ctx);
  if (!found && found.error().code == Code::kNotFound)
    return position == 0 ? Outcome::kNotDone : Outcome::kOther;
  if (!found) return fail(found.error());
  const uint64_t size = total_size(bytes);
  if (found->size == position && size > 0) return Outcome::kNotDone;
  if (found->size != position + size) return Outcome::kOther;
  SEABED_TRY(const bool same, same_bytes(store, key, position, bytes, ctx));
  return same ? Outcome::kDone : Outcome::kOther;
}

Result<Outcome> look_at_complete(ObjectStore& store, const std::string& key, const std::string& upload_id,
                                 std::span<const PartInfo> parts, const IoContext& ctx) {
  if (store.capabilities().list_uploads) {
    const auto pending = store.list_parts(key, upload_id, ctx);
    if (pending) return Outcome::kNotDone;
    if (pending.error().code != Code::kNotFound) return fail(pending.error());
  }
  uint64_t size = 0;
  for (const PartInfo& part : parts) size += part.size;
  const auto found = store.stat(key, ctx);
  if (!found && found.error().code == Code::kNotFound) return Outcome::kNotDone;
  if (!found) return fail(found.error());
  return found->size == size ? Outcome::kUnknown : Outcome::kOther;
}

}  // namespace seabed
