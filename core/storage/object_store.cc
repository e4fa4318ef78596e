#include "core/storage/object_store.h"

#include <algorithm>

namespace seabed {

namespace {
constexpr uint32_t kPageKeys = 1000;  // S3's and OSS's own page

std::string name(ObjectStore& store, const std::string& key) { return store.describe() + " " + key; }

/// A driver may return fewer bytes in one call only at the end; asking again costs one empty read.
Result<size_t> read_full(ObjectStore& store, const std::string& key, uint64_t offset, std::span<char> buffer,
                         const IoContext& ctx) {
  size_t done = 0;
  while (done < buffer.size()) {
    SEABED_TRY(const size_t n, store.read_at(key, offset + done, buffer.subspan(done), ctx));
    if (n == 0) break;
    done += n;
  }
  return done;
}
}  // namespace

Result<std::string> read_object(ObjectStore& store, const std::string& key, uint64_t limit,
                                const IoContext& ctx) {
  SEABED_TRY(const ObjectStat found, store.stat(key, ctx));
  if (found.size > limit)
    return fail(Code::kCorruption, name(store, key),
                "has " + std::to_string(found.size) + " bytes, more than the " + std::to_string(limit) +
                    " that it may have");
  std::string out(found.size, '\0');
  SEABED_TRY(const size_t got, read_full(store, key, 0, out, ctx));
  out.resize(got);
  return out;
}

Result<std::string> read_range(ObjectStore& store, const std::string& key, uint64_t offset, uint64_t size,
                               const IoContext& ctx) {
  std::string out(size, '\0');
  SEABED_TRY(const size_t got, read_full(store, key, offset, out, ctx));
  if (got == size) return out;
  return fail(Code::kCorruption, name(store, key),
              "ends at byte " + std::to_string(offset + got) + ", before " + std::to_string(offset + size));
}

Status put_object(ObjectStore& store, const std::string& key, std::string_view bytes, PutMode mode,
                  const IoContext& ctx) {
  return store.put(key, Buffers(&bytes, 1), mode, ctx);
}

Result<std::vector<ListEntry>> list_all(ObjectStore& store, const std::string& prefix, const IoContext& ctx,
                                        size_t limit) {
  std::vector<ListEntry> out;
  std::string token;
  do {
    SEABED_TRY(ListPage page, store.list(prefix, token, kPageKeys, ctx));
    if (page.entries.size() > limit - out.size())
      return fail(Code::kInvalidArgument, name(store, prefix),
                  "holds more than " + std::to_string(limit) + " objects");
    std::move(page.entries.begin(), page.entries.end(), std::back_inserter(out));
    token = std::move(page.next);
  } while (!token.empty());
  return out;
}

Result<bool> any_object(ObjectStore& store, const std::string& prefix, const IoContext& ctx) {
  std::string token;
  do {  // a page may be empty and not the last
    SEABED_TRY(ListPage page, store.list(prefix, token, 1, ctx));
    if (!page.entries.empty()) return true;
    token = std::move(page.next);
  } while (!token.empty());
  return false;
}

}  // namespace seabed
