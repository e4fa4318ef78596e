#include "core/media/key_backup.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <optional>

#include "core/format/meta.pb.h"
#include "core/media/archive_objects.h"
#include "core/media/paths.h"

namespace seabed {
namespace {

std::string subject_of(const meta::KeyBackup& b) { return fmt::format("keys/{}/{}/{}", b.cluster_id(), b.tenant_id(), b.scn()); }
std::string bound_to(const meta::KeyBackup& b) { return "seabed master keys 1/" + subject_of(b); }

Status refuse_shared_path(const Medium& medium) {
  const auto format = medium.store->stat(paths::format(), medium.io());
  if (!format && format.error().code == Code::kNotFound) return ok();
  if (!format) return fail(format.error());
  return fail(Error{Code::kConflict, medium.store->describe(), "is a data or archive destination",
                    "give the key backup a path of its own: keys beside what they open protect nothing", 0, 9081});
}

Result<meta::KeyBackup> seal_keys(const KeyBackupFacts& facts, const std::vector<BackedUpKey>& keys, const Secret& password,
                                  const ScryptCost& cost) {
  meta::KeyBackup out;
  out.set_cluster_id(facts.cluster_id), out.set_cluster_name(facts.cluster_name);
  out.set_tenant_id(facts.tenant_id), out.set_tenant_name(facts.tenant_name);
  out.set_scn(facts.scn);
  meta::MasterKeys plain;
  for (const BackedUpKey& k : keys) {
    auto* one = plain.add_keys();
    one->set_id(k.key.id), one->set_identity(k.key.identity), one->set_secret(std::string(k.key.secret.view()));
    one->set_created_us(k.created_us);
    out.set_newest_key_id(std::max<uint64_t>(out.newest_key_id(), k.key.id));
  }
  SEABED_TRY(const Secret file_key, random_key());
  SEABED_TRY(*out.mutable_key(), wrap_key(file_key, password, subject_of(out), cost));
  const Secret bytes(plain.SerializeAsString());
  SEABED_TRY(const std::string nonce, random_bytes(kNonceBytes));   // of a key that seals one text only
  SEABED_TRY(const std::string sealed, seal(file_key, nonce, bound_to(out), bytes.view()));
  out.set_sealed(nonce + sealed);
  return out;
}

Result<std::vector<BackedUpKey>> open_keys(const meta::KeyBackup& b, const Secret& password, const std::string& what) {
  KeyRing ring;
  ring.add_password(password);
  auto file_key = ring.open(b.key(), subject_of(b), what);
  if (!file_key) {
    if (file_key.error().ob_error != 9047) return fail(file_key.error());
    return fail(Error{Code::kPermissionDenied, what, "does not open with this password", "give the password of BACKUP KEY", 0, 9047});
  }
  const auto damaged = [&](const char* reason) { return fail(Code::kCorruption, what, reason, "give another copy of the key backup"); };
  const std::string_view sealed = b.sealed();
  std::string plain;
  if (sealed.size() < kNonceBytes ||
      !unseal(*file_key, sealed.substr(0, kNonceBytes), bound_to(b), sealed.substr(kNonceBytes), &plain))
    return damaged("its keys do not open: the file was changed");
  const Secret bytes(std::move(plain));
  meta::MasterKeys keys;
  if (!keys.ParseFromArray(bytes.view().data(), static_cast<int>(bytes.view().size()))) return damaged("holds no keys");
  std::vector<BackedUpKey> out;
  for (auto& k : *keys.mutable_keys()) {
    if (k.identity().size() != kSaltBytes || k.secret().size() != kKeyBytes) return damaged("holds something else than keys");
    out.push_back({{k.id(), k.identity(), Secret(std::move(*k.mutable_secret()))}, k.created_us()});
  }
  return out;
}

}  // namespace

Result<std::string> write_key_backup(const Medium& medium, const KeyBackupFacts& facts, const std::vector<BackedUpKey>& keys,
                                     const Secret& password, const ScryptCost& cost) {
  SEABED_CHECK(refuse_shared_path(medium));
  SEABED_TRY(const meta::KeyBackup sealed, seal_keys(facts, keys, password, cost));
  const std::string key = paths::key_backup(facts.cluster_id, facts.tenant_id, facts.scn);
  SEABED_CHECK(put_object(*medium.store, key, encode_file(FileType::kKeyBackup, stable_bytes(sealed)), PutMode::kIfAbsent,
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
  meta::KeyBackup backup;
  if (auto s = medium.read_message(newest->second, FileType::kKeyBackup, &backup); !s) {
    Error e = s.error();
    if (e.code == Code::kCorruption) e.next_step = "give another copy of the key backup";
    return fail(std::move(e));
  }
  if (backup.cluster_id() != cluster_id || backup.tenant_id() != tenant_id || backup.scn() != newest->first)
    return fail(Code::kCorruption, what, "names another tenant or time than its place", "give the right key backup");
  return open_keys(backup, password, what);
}

}  // namespace seabed
