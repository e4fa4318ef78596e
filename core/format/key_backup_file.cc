#include "core/format/key_backup_file.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/format/frame.h"
#include "core/format/meta.pb.h"

namespace seabed {
namespace {

std::string subject_of(const meta::KeyBackup& b) {
  return fmt::format("keys/{}/{}/{}", b.cluster_id(), b.tenant_id(), b.scn());
}
std::string bound_to(const meta::KeyBackup& b) { return "seabed master keys 1/" + subject_of(b); }

tl::unexpected<Error> damaged(const std::string& what, std::string reason) {
  return fail(Code::kCorruption, what, std::move(reason), "give another copy of the key backup");
}

Result<meta::KeyBackup> seal_keys(const KeyBackupFacts& facts, const std::vector<BackedUpKey>& keys,
                                  const Secret& password, const ScryptCost& cost) {
  meta::KeyBackup out;
  out.set_cluster_id(facts.cluster_id), out.set_cluster_name(facts.cluster_name);
  out.set_tenant_id(facts.tenant_id), out.set_tenant_name(facts.tenant_name);
  out.set_scn(facts.scn);
  meta::MasterKeys plain;
  for (const BackedUpKey& k : keys) {
    auto* one = plain.add_keys();
    one->set_id(k.key.id), one->set_identity(k.key.identity),
        one->set_secret(std::string(k.key.secret.view()));
    one->set_created_us(k.created_us);
    out.set_newest_key_id(std::max<uint64_t>(out.newest_key_id(), k.key.id));
  }
  SEABED_TRY(const Secret file_key, random_key());
  SEABED_TRY(*out.mutable_key(), wrap_key(file_key, password, subject_of(out), cost));
  const Secret bytes(plain.SerializeAsString());
  SEABED_TRY(const std::string nonce, random_bytes(kNonceBytes));  // of a key that seals one text only
  SEABED_TRY(const std::string sealed, seal(file_key, nonce, bound_to(out), bytes.view()));
  out.set_sealed(nonce + sealed);
  return out;
}

Result<std::vector<BackedUpKey>> open_keys(const meta::KeyBackup& b, const Secret& password,
                                           const std::string& what) {
  KeyRing ring;
  ring.add_password(password);
  auto file_key = ring.open(b.key(), subject_of(b), what);
  if (!file_key) {
    if (file_key.error().ob_error != 9047) return fail(file_key.error());
    return fail(Error{Code::kPermissionDenied, what, "does not open with this password",
                      "give the password of BACKUP KEY", 0, 9047});
  }
  const std::string_view sealed = b.sealed();
  std::string plain;
  if (sealed.size() < kNonceBytes ||
      !unseal(*file_key, sealed.substr(0, kNonceBytes), bound_to(b), sealed.substr(kNonceBytes), &plain))
    return damaged(what, "its keys do not open: the file was changed");
  const Secret bytes(std::move(plain));
  return parse_master_keys(bytes.view(), what);
}

}  // namespace

Result<std::vector<BackedUpKey>> parse_master_keys(std::string_view plain, const std::string& what) {
  meta::MasterKeys keys;
  if (!keys.ParseFromArray(plain.data(), static_cast<int>(plain.size())))
    return damaged(what, "holds no keys");
  std::vector<BackedUpKey> out;
  for (auto& k : *keys.mutable_keys()) {
    if (k.identity().size() != kSaltBytes || k.secret().size() != kKeyBytes)
      return damaged(what, "holds something else than keys");
    out.push_back({{k.id(), k.identity(), Secret(std::move(*k.mutable_secret()))}, k.created_us()});
  }
  return out;
}

Result<std::string> encode_key_backup(const KeyBackupFacts& facts, const std::vector<BackedUpKey>& keys,
                                      const Secret& password, const ScryptCost& cost) {
  SEABED_TRY(const meta::KeyBackup sealed, seal_keys(facts, keys, password, cost));
  return encode_file(FileType::kKeyBackup, sealed.SerializeAsString());
}

Result<std::vector<BackedUpKey>> decode_key_backup(std::string_view file, const KeyBackupFacts& place,
                                                   const Secret& password, const std::string& what) {
  auto body = decode_file(FileType::kKeyBackup, file, what);
  if (!body) {
    Error e = body.error();
    if (e.code == Code::kCorruption) e.next_step = "give another copy of the key backup";
    return fail(std::move(e));
  }
  meta::KeyBackup backup;
  if (!backup.ParseFromArray(body->data(), static_cast<int>(body->size())))
    return damaged(what, "holds no KeyBackup");
  if (backup.cluster_id() != place.cluster_id || backup.tenant_id() != place.tenant_id ||
      backup.scn() != place.scn)
    return fail(Code::kCorruption, what, "names another tenant or time than its place",
                "give the right key backup");
  return open_keys(backup, password, what);
}

}  // namespace seabed
