#include "core/catalog/keys.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {
namespace {

struct StoredMasterKey {
  std::string identity, secret, backup_path;
  uint64_t cluster_id = 0, tenant_id = 0, key_id = 0, created_us = 0, backed_up_us = 0;
};
struct StoredSetKey {
  uint64_t tenant_id = 0, backup_set_id = 0;
  std::string wrap, data_key, hash_key;
};

}  // namespace

template <class V>
void fields(V& v, StoredMasterKey& r) {
  v("identity", r.identity), v("cluster_id", r.cluster_id), v("tenant_id", r.tenant_id), v("key_id", r.key_id);
  v("secret", r.secret), v("created_us", r.created_us), v("backed_up_us", r.backed_up_us), v("backup_path", r.backup_path);
}
template <class V>
void fields(V& v, StoredSetKey& r) {
  v("tenant_id", r.tenant_id), v("backup_set_id", r.backup_set_id), v("wrap", r.wrap);
  v("data_key", r.data_key), v("hash_key", r.hash_key);
}

namespace {

/// What a sealed key belongs to: it does not open in another row.
std::string master_context(const std::string& identity_hex) { return "master key/" + identity_hex; }
std::string set_context(const SetKeyRow& r, const char* which) {
  return std::string(which) + "/" + std::to_string(r.tenant_id) + "/" + std::to_string(r.backup_set_id);
}

Result<MasterKeyRow> unseal(Transaction& tx, const StoredMasterKey& r) {
  MasterKeyRow out{r.cluster_id, r.tenant_id, {r.key_id, {}, {}}, r.created_us, r.backed_up_us, r.backup_path};
  SEABED_TRY(out.key.identity, from_hex(r.identity));
  SEABED_TRY(std::string secret, tx.impl().secrets.open_text(r.secret, master_context(r.identity)));
  out.key.secret = Secret(std::move(secret));
  return out;
}

Status insert_master(Transaction& tx, const MasterKeyRow& row) {
  StoredMasterKey r{to_hex(row.key.identity), {}, row.backup_path, row.cluster_id, row.tenant_id, row.key.id, row.created_us,
                    row.backed_up_us};
  if (r.created_us == 0) r.created_us = now_us();
  SEABED_TRY(r.secret, tx.impl().secrets.seal(std::string(row.key.secret.view()), master_context(r.identity)));
  return insert_row(tx, "master_keys", r);
}

Result<Secret> open_key(Transaction& tx, const std::string& sealed, const std::string& context) {
  if (sealed.empty()) return Secret();
  SEABED_TRY(std::string plain, tx.impl().secrets.open_text(sealed, context));
  return Secret(std::move(plain));
}

Where of_set(uint64_t tenant_id, uint64_t set_id) {
  return Where().eq("tenant_id", num(tenant_id)).eq("backup_set_id", num(set_id));
}

}  // namespace

Result<std::vector<MasterKeyRow>> list_master_keys(Transaction& tx, uint64_t tenant_id) {
  const Where where = tenant_id == 0 ? Where().cmp("key_id", ">=", 0LL) : Where().eq("tenant_id", num(tenant_id));
  SEABED_TRY(auto stored, select_rows<StoredMasterKey>(tx, "master_keys", where, "ORDER BY cluster_id, tenant_id, key_id"));
  std::vector<MasterKeyRow> rows;
  for (const auto& one : stored) {
    SEABED_TRY(auto row, unseal(tx, one));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::optional<MasterKey>> newest_master_key(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id) {
  SEABED_TRY(auto row, select_one<StoredMasterKey>(
                           tx, "master_keys", Where().eq("cluster_id", num(cluster_id)).eq("tenant_id", num(tenant_id)),
                           "ORDER BY key_id DESC, created_us DESC"));
  if (!row) return std::optional<MasterKey>();
  SEABED_TRY(auto open, unseal(tx, *row));
  return std::optional<MasterKey>(std::move(open.key));
}

Result<MasterKey> current_master_key(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id) {
  SEABED_TRY(auto known, newest_master_key(tx, cluster_id, tenant_id));
  if (known) return std::move(*known);
  return rotate_master_key(tx, cluster_id, tenant_id);
}

Result<MasterKey> rotate_master_key(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id) {
  SEABED_TRY(auto before, newest_master_key(tx, cluster_id, tenant_id));
  SEABED_TRY(MasterKey key, make_master_key(before ? before->id + 1 : 1));
  SEABED_CHECK(insert_master(tx, {cluster_id, tenant_id, key, 0, 0, {}}));
  return key;
}

Status keep_master_key(Transaction& tx, const MasterKeyRow& row) {
  SEABED_TRY(auto known, select_one<StoredMasterKey>(tx, "master_keys", Where().eq("identity", to_hex(row.key.identity))));
  return known ? ok() : insert_master(tx, row);
}

Status set_keys_backed_up(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id, uint64_t up_to_key_id,
                          const std::string& path) {
  SEABED_CHECK(execute(tx,
                       "UPDATE master_keys SET backed_up_us = ?, backup_path = ? WHERE cluster_id = ? AND tenant_id = ? AND "
                       "key_id <= ?",
                       {num(now_us()), path, num(cluster_id), num(tenant_id), num(up_to_key_id)}));
  return ok();
}

Status insert_set_key(Transaction& tx, const SetKeyRow& row) {
  StoredSetKey r{row.tenant_id, row.backup_set_id, to_hex(row.wrap), {}, {}};
  SEABED_TRY(r.data_key, tx.impl().secrets.seal(std::string(row.data_key.view()), set_context(row, "data key")));
  SEABED_TRY(r.hash_key, tx.impl().secrets.seal(std::string(row.hash_key.view()), set_context(row, "hash key")));
  return insert_row(tx, "set_keys", r);
}

Result<std::optional<SetKeyRow>> find_set_key(Transaction& tx, uint64_t tenant_id, uint64_t set_id) {
  SEABED_TRY(auto stored, select_one<StoredSetKey>(tx, "set_keys", of_set(tenant_id, set_id)));
  if (!stored) return std::optional<SetKeyRow>();
  SetKeyRow row{tenant_id, set_id, {}, {}, {}};
  SEABED_TRY(row.wrap, from_hex(stored->wrap));
  SEABED_TRY(row.data_key, open_key(tx, stored->data_key, set_context(row, "data key")));
  SEABED_TRY(row.hash_key, open_key(tx, stored->hash_key, set_context(row, "hash key")));
  return std::optional<SetKeyRow>(std::move(row));
}

Status forget_data_key(Transaction& tx, uint64_t tenant_id, uint64_t set_id) {
  SEABED_CHECK(execute(tx, "UPDATE set_keys SET data_key = '' WHERE tenant_id = ? AND backup_set_id = ?",
                       {num(tenant_id), num(set_id)}));
  return ok();
}

}  // namespace seabed::catalog
