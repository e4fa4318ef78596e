#include "core/media/key_backup.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <optional>

#include "core/base/log.h"
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

using Keys = std::vector<BackedUpKey>;

Result<Keys> read_file(const Medium& medium, KeyBackupFacts place, const Secret& password) {
  const std::string key = paths::key_backup(place.cluster_id, place.tenant_id, place.scn);
  SEABED_TRY(const std::string file, read_object(*medium.store, key, kMaxKeyBackup, medium.io()));
  return decode_key_backup(file, place, password, medium.name(key));
}

/// Newest first.
Result<std::vector<uint64_t>> times_of(const Medium& medium, uint64_t cluster_id, uint64_t tenant_id) {
  const std::string dir = paths::key_backups(cluster_id, tenant_id);
  SEABED_TRY(const auto entries, medium.list(dir));
  std::vector<uint64_t> times;
  for (const ListEntry& e : entries)
    if (const auto scn = paths::parse_key_backup(dir, e.key)) times.push_back(*scn);
  std::sort(times.rbegin(), times.rend());
  if (!times.empty()) return times;
  return fail(Code::kNotFound, medium.store->describe(),
              fmt::format("holds no key backup of tenant {} of cluster {}", tenant_id, cluster_id),
              "give the address that BACKUP KEY wrote to");
}

void add_new(Keys more, Keys* out) {
  for (BackedUpKey& k : more)
    if (std::ranges::none_of(*out, [&](const BackedUpKey& have) { return have.key.identity == k.key.identity; }))
      out->push_back(std::move(k));
}

}  // namespace

Result<std::string> write_key_backup(const Medium& medium, const KeyBackupFacts& facts, const std::vector<BackedUpKey>& keys,
                                     const Secret& password, const ScryptCost& cost) {
  SEABED_CHECK(refuse_shared_path(medium));
  SEABED_TRY(const std::string file, encode_key_backup(facts, keys, password, cost));
  const std::string key = paths::key_backup(facts.cluster_id, facts.tenant_id, facts.scn);
  SEABED_CHECK(put_object(*medium.store, key, file, PutMode::kIfAbsent,
                          medium.io()));
  SEABED_TRY(const auto back, read_file(medium, facts, password));
  if (back.size() == keys.size()) return key;
  return fail(Code::kCorruption, medium.name(key), "was read back with other content", "check the medium");
}

Result<std::vector<BackedUpKey>> read_key_backup(const Medium& medium, uint64_t cluster_id, uint64_t tenant_id,
                                                 const Secret& password) {
  SEABED_TRY(const auto times, times_of(medium, cluster_id, tenant_id));
  KeyBackupFacts place;
  place.cluster_id = cluster_id, place.tenant_id = tenant_id;
  Keys out;
  std::optional<Error> refused;
  for (const uint64_t scn : times) {
    place.scn = scn;
    auto keys = read_file(medium, place, password);
    const bool older = scn != times.front();
    const bool left_out = !keys && (keys.error().ob_error == 9047 || (older && keys.error().code == Code::kCorruption));
    if (!keys && !left_out) return fail(keys.error());
    if (!keys && keys.error().code == Code::kCorruption) log::warn("{}", keys.error().message());
    if (keys) add_new(std::move(*keys), &out);
    else if (!refused) refused = keys.error();
  }
  if (out.empty() && refused) return fail(*refused);
  return out;
}

}  // namespace seabed
