#include "core/media/key_backup.h"

#include <spdlog/fmt/fmt.h>

#include <optional>

#include "core/media/archive_objects.h"
#include "core/media/paths.h"

namespace seabed {
namespace {

constexpr uint64_t kMaxKeyBackup = 16ull << 20;

Status refuse_shared_path(const Medium& medium) {
  const auto format = medium.store->stat(paths::format(), medium.io());
  if (!format && format.error().code == Code::kNotFound) return ok();
  if (!format) return fail(format.error());
  return fail(Error{Code::kConflict, medium.store->describe(), "is a data or archive destination",
                    "give the key backup a path of its own: keys beside what they open protect nothing", 0, 9081});
}

}  // namespace

Result<std::string> write_key_backup(const Medium& medium, const KeyBackupFacts& facts, const std::vector<BackedUpKey>& keys,
                                     const Secret& password, const ScryptCost& cost) {
  SEABED_CHECK(refuse_shared_path(medium));
  SEABED_TRY(const std::string file, encode_key_backup(facts, keys, password, cost));
  const std::string key = paths::key_backup(facts.cluster_id, facts.tenant_id, facts.scn);
  SEABED_CHECK(put_object(*medium.store, key, file, PutMode::kIfAbsent,
                          medium.io()));
  SEABED_TRY(const auto back, read_key_backup(medium, facts.cluster_id, facts.tenant_id, password));
  if (back.size() == keys.size()) return key;
  return fail(Code::kCorruption, medium.name(key), "was read back with other content", "check the medium");
}

Result<std::vector<BackedUpKey>> read_key_backup(const Medium& medium, uint64_t cluster_id, uint64_t tenant_id,
                                                 const Secret& password) {
  const std::string dir = paths::key_backups(cluster_id, tenant_id);
  SEABED_TRY(const auto entries, medium.list(dir));
  std::optional<std::pair<uint64_t, std::string>> newest;
  for (const ListEntry& e : entries)
    if (const auto scn = paths::parse_key_backup(dir, e.key); scn && (!newest || *scn > newest->first)) newest = {*scn, e.key};
  if (!newest)
    return fail(Code::kNotFound, medium.store->describe(),
                fmt::format("holds no key backup of tenant {} of cluster {}", tenant_id, cluster_id),
                "give the address that BACKUP KEY wrote to");
  const std::string what = medium.name(newest->second);
  KeyBackupFacts place;
  place.cluster_id = cluster_id, place.tenant_id = tenant_id, place.scn = newest->first;
  SEABED_TRY(const std::string file, read_object(*medium.store, newest->second, kMaxKeyBackup, medium.io()));
  return decode_key_backup(file, place, password, what);
}

}  // namespace seabed
