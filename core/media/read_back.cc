#include "core/media/read_back.h"

#include <spdlog/fmt/fmt.h>

#include <unordered_map>

#include "core/format/meta.pb.h"

namespace seabed {

Status read_back(ObjectStore& store, const std::string& key, uint64_t least, const IoContext& ctx) {
  const auto there = store.stat(key, ctx);
  if (there && there->size >= least) return ok();
  if (!there && there.error().code != Code::kNotFound) return fail(there.error());
  const std::string what = there ? fmt::format("is {} bytes long although {} were confirmed", there->size, least)
                                 : std::string("is not there although its write was confirmed");
  return fail(Code::kUnavailable, key, what, "the medium loses what it confirms: look at it, or replace it");
}

Status read_back_set(ObjectStore& store, const std::string& directory, const meta::BackupSetDescriptor& set,
                     const IoContext& ctx) {
  SEABED_TRY(const auto entries, list_all(store, directory, ctx));
  std::unordered_map<std::string_view, uint64_t> sizes;
  for (const ListEntry& entry : entries) sizes[std::string_view(entry.key).substr(directory.size())] = entry.size;
  for (const meta::FileEntry& file : set.files()) {
    const auto listed = sizes.find(file.key());
    if (listed != sizes.end() && listed->second == file.size()) continue;
    const std::string key = directory + file.key();   // a listing may be late, or without sizes
    const auto there = store.stat(key, ctx);
    if (!there && there.error().code != Code::kNotFound) return fail(there.error());
    if (there && there->size == file.size()) continue;
    return fail(Code::kCorruption, key,
                there ? fmt::format("is {} bytes long, {} were written and confirmed", there->size, file.size())
                      : std::string("is missing although its write was confirmed"),
                "the medium loses what it confirms: look at it, then take the backup again");
  }
  return ok();
}

}  // namespace seabed
