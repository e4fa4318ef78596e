#include <cstdio>
#include <cstdlib>

#include "azblob_store.h"
#include "blocks.h"
#include "listing.h"

namespace seabed_azblob {

// The token is "<uploads of this page already told> <marker of the page>". Blobs that nothing has committed
// yet have size 0; a key whose object is there already is not looked at: its upload is known to who began it,
// and is dropped by the service in a week.
int32_t AzblobStore::list_uploads(UploadsCall& call, const Context& context, Error& error) {
  const std::string token = call.token;
  const size_t blank = token.find(' ');
  const size_t skip = blank == std::string::npos ? 0 : std::strtoul(token.c_str(), nullptr, 10);
  const std::string marker = blank == std::string::npos ? "" : token.substr(blank + 1);
  Page page;
  if (const int32_t code =
          list_page(service_, call.scope, marker, call.max, "uncommittedblobs", context, &page, error))
    return code;
  size_t seen = 0, told = 0;
  for (const ListedBlob& blob : page.blobs) {
    if (blob.size != 0) continue;
    std::map<std::string, Blocks> uploads;
    if (const int32_t code = staged_uploads(service_, blob.key, context, &uploads, error)) return code;
    for (const auto& [id, blocks] : uploads) {
      if (seen++ < skip) continue;
      if (told++ == call.max) {
        const std::string next = std::to_string(seen - 1) + " " + marker;
        return call.next.assign(next.data(), next.size()) ? SEABED_OK : SEABED_INTERNAL;
      }
      const seabed_upload_entry entry{sizeof entry, 0, blob.key.c_str(), id.c_str(), started_ns(id)};
      if (!call.sink(entry)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
    }
  }
  if (page.marker.empty()) return SEABED_OK;
  const std::string next = "0 " + page.marker;
  return call.next.assign(next.data(), next.size()) ? SEABED_OK : SEABED_INTERNAL;
}

// The token is the last number.
int32_t AzblobStore::list_parts(const char* key, PartsCall& call, const Context& context, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  Blocks blocks;
  if (const int32_t code = staged_blocks(service_, key, call.scope, context, &blocks, error)) return code;
  const auto last = static_cast<uint32_t>(std::strtoul(call.token, nullptr, 10));
  uint32_t count = 0;
  for (auto block = blocks.upper_bound(last); block != blocks.end(); ++block) {
    if (count++ == call.max) {
      const std::string next = std::to_string(std::prev(block)->first);
      return call.next.assign(next.data(), next.size()) ? SEABED_OK : SEABED_INTERNAL;
    }
    seabed_part part{};
    part.struct_size = sizeof part;
    part.number = block->first;
    part.size = block->second;
    std::snprintf(part.tag, sizeof part.tag, "%llu", static_cast<unsigned long long>(part.size));
    if (!call.sink(part)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
  }
  return SEABED_OK;
}

}  // namespace seabed_azblob
