#include "core/engine/keys/reading_keys.h"

#include "core/catalog/keys.h"
#include "core/media/key_backup.h"
#include "core/storage/destination.h"

namespace seabed {
namespace {

Result<std::vector<BackedUpKey>> read_backup(EngineContext& context, const KeyAccess& access, uint64_t cluster_id,
                                             uint64_t tenant_id, const CancelToken& cancel) {
  SEABED_TRY(const Uri uri, parse_uri(access.key_uri));
  SEABED_TRY(auto store, context.storage->open(uri));
  if (access.key_password.empty())
    return fail(Error{Code::kPermissionDenied, store->describe(), "is protected by a password, and none was given",
                      "give the password of BACKUP KEY", 0, 9047});
  const Medium medium{std::move(store), &cancel, context.limits.request_deadline};
  return read_key_backup(medium, cluster_id, tenant_id, Secret(access.key_password));
}

}  // namespace

Result<std::shared_ptr<const KeyRing>> reading_keys(EngineContext& context, const KeyAccess& access, uint64_t cluster_id,
                                                    uint64_t tenant_id, const CancelToken& cancel) {
  auto ring = access.known ? std::make_shared<KeyRing>(*access.known) : std::make_shared<KeyRing>();
  if (context.catalog != nullptr) {
    using Rows = std::vector<catalog::MasterKeyRow>;
    SEABED_TRY(Rows rows, context.catalog->get<Rows>([](Transaction& tx) { return catalog::list_master_keys(tx); }));
    for (auto& row : rows) ring->add(std::move(row.key));
  }
  if (!access.key_uri.empty()) {
    SEABED_TRY(auto keys, read_backup(context, access, cluster_id, tenant_id, cancel));
    for (auto& k : keys) ring->add(std::move(k.key));
  }
  for (const std::string& password : access.passwords)
    if (!password.empty()) ring->add_password(Secret(password));
  return ring;
}

Status keep_restored_keys(EngineContext& context, const KeyAccess& access, uint64_t cluster_id, uint64_t tenant_id,
                          const CancelToken& cancel) {
  if (context.catalog == nullptr || access.key_uri.empty()) return ok();
  SEABED_TRY(const auto keys, read_backup(context, access, cluster_id, tenant_id, cancel));
  return context.catalog->transact([&](Transaction& tx) -> Status {
    for (const BackedUpKey& k : keys)
      SEABED_CHECK(catalog::keep_master_key(tx, {cluster_id, tenant_id, k.key, k.created_us, 0, {}}));
    return ok();
  });
}

}  // namespace seabed
