#include "core/engine/keys/tenant_keys.h"

#include "core/base/log.h"
#include "core/catalog/destinations.h"
#include "core/catalog/parameters.h"
#include "core/engine/keys/writing_keys.h"
#include "core/media/key_backup.h"
#include "core/storage/destination.h"

namespace seabed {
namespace {

bool inside(const std::string& path, const std::string& root) {
  // An identity is scheme://location[?host=…].
  const size_t p = std::min(path.find('?'), path.size()), r = std::min(root.find('?'), root.size());
  const std::string here = path.substr(0, p), above = root.substr(0, r);
  if (path.substr(p) != root.substr(r)) return false;
  return here == above || (here.starts_with(above) && (above.ends_with('/') || here[above.size()] == '/'));
}

/// No tenant's destination may hold keys, and no key backup may hold a destination; a former one may still hold sets.
Status check_own_path(EngineContext& context, const std::string& here) {
  using Rows = std::vector<catalog::DestinationRow>;
  return context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto tenants, catalog::list_tenants(tx));
    for (const auto& tenant : tenants) {
      SEABED_TRY(const Rows rows, catalog::list_destinations(tx, tenant.tenant_id));
      for (const auto& row : rows)
        if (inside(here, row.identity) || inside(row.identity, here))
          return fail(Error{Code::kConflict, here,
                            std::string("is not apart from the ") +
                                (row.kind == catalog::DestinationKind::kData ? "data" : "archive") +
                                " destination of tenant " + tenant.name,
                            "give the key backup a path of its own: keys beside what they open protect nothing", 0, 9066});
    }
    return ok();
  });
}

std::vector<catalog::MasterKeyRow> own(const EngineContext& context, std::vector<catalog::MasterKeyRow> rows) {
  std::erase_if(rows, [&](const auto& row) { return row.cluster_id != context.cluster_id; });
  return rows;
}

}  // namespace

Result<std::string> backup_keys(EngineContext& context, const catalog::TenantRow& tenant, const std::string& uri,
                                const std::string& password, const CancelToken& cancel) {
  if (password.empty()) return fail(Code::kInvalidArgument, "password of the key backup", "is empty", "give one");
  SEABED_TRY(const Uri parsed, parse_uri(uri));
  SEABED_TRY(auto store, context.storage->open(parsed));
  SEABED_CHECK(check_own_path(context, parsed.identity()));
  SEABED_TRY(const KeyStatus status, key_status(context, tenant));
  if (status.keys.empty())
    return fail(Code::kNotFound, "tenant " + tenant.name, "has no keys", "set its parameter tde_method to internal first");
  std::vector<BackedUpKey> keys;
  for (const auto& row : status.keys) keys.push_back({row.key, row.created_us});
  const KeyBackupFacts facts{context.cluster_id, context.cluster_name, tenant.tenant_id, tenant.name, context.clock->read().now};
  const Medium medium{store, &cancel, context.limits.request_deadline};
  SEABED_TRY(const std::string key, write_key_backup(medium, facts, keys, Secret(password)));
  const std::string name = medium.name(key);
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) {
    return catalog::set_keys_backed_up(tx, context.cluster_id, tenant.tenant_id, status.keys.back().key.id, name);
  }));
  log::info("keys of tenant {}: {} backed up to {}", tenant.name, keys.size(), name);
  return name;
}

Result<uint64_t> rotate_keys(EngineContext& context, const catalog::TenantRow& tenant) {
  SEABED_TRY(const MasterKey key, context.catalog->get<MasterKey>([&](Transaction& tx) -> Result<MasterKey> {
    SEABED_TRY(const StorageForm form, storage_form(tx, tenant.tenant_id));
    if (!form.encrypt)
      return fail(Code::kConflict, "tenant " + tenant.name, "does not encrypt", "set its parameter tde_method to internal first");
    SEABED_CHECK(catalog::current_master_key(tx, context.cluster_id, tenant.tenant_id));
    return catalog::rotate_master_key(tx, context.cluster_id, tenant.tenant_id);
  }));
  log::info("keys of tenant {}: master key {} from now on", tenant.name, key.id);
  return key.id;
}

Result<KeyStatus> key_status(EngineContext& context, const catalog::TenantRow& tenant) {
  return context.catalog->get<KeyStatus>([&](Transaction& tx) -> Result<KeyStatus> {
    KeyStatus out;
    SEABED_TRY(const StorageForm form, storage_form(tx, tenant.tenant_id));
    out.encrypt = form.encrypt;
    SEABED_TRY(out.compression, catalog::parameter_text(tx, tenant.tenant_id, "backup_compression"));
    if (form.encrypt) SEABED_CHECK(catalog::current_master_key(tx, context.cluster_id, tenant.tenant_id));
    SEABED_TRY(auto rows, catalog::list_master_keys(tx, tenant.tenant_id));
    out.keys = own(context, std::move(rows));
    return out;
  });
}

}  // namespace seabed
