#include "core/engine/keys/writing_keys.h"

#include "core/base/bytes.h"
#include "core/catalog/parameters.h"
#include "core/format/meta.pb.h"
#include "core/format/stored_group.h"
#include "core/media/backup_reader.h"

namespace seabed {

Result<StorageForm> storage_form(Transaction& tx, uint64_t tenant_id) {
  StorageForm form;
  SEABED_TRY(const std::string method, catalog::parameter_text(tx, tenant_id, "tde_method"));
  SEABED_TRY(const std::string compression, catalog::parameter_text(tx, tenant_id, "backup_compression"));
  form.encrypt = method == "internal";
  if (compression == "zstd") form.compression = PageCompression::kAll;
  if (compression == "metadata") form.compression = PageCompression::kMetadata;
  return form;
}

Result<std::string> TenantLogForm::name(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id) {
  SEABED_TRY(const StorageForm form, storage_form(tx, tenant_id));
  std::string name = form.compress_log() ? "zstd" : "raw";
  if (!form.encrypt) return name;
  SEABED_TRY(const MasterKey master, catalog::current_master_key(tx, cluster_id, tenant_id));
  return name + "/" + to_hex(master.identity);
}

Result<TenantLogForm::Key> TenantLogForm::make_key(const MasterKey& master) const {
  Key key;
  key.master_identity = master.identity;
  SEABED_TRY(key.data_key, random_key());
  SEABED_TRY(const meta::KeyWrap wrap, wrap_key(key.data_key, master, log_key_subject(tenant_id_)));
  key.wrap = wrap.SerializeAsString();
  return key;
}

Result<LogFileForm> TenantLogForm::form(uint64_t ls_id) {
  StorageForm wanted;
  MasterKey master;
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(wanted, storage_form(tx, tenant_id_));
    if (!wanted.encrypt) {
      SEABED_TRY(auto known, catalog::newest_master_key(tx, context_.cluster_id, tenant_id_));
      if (known) master = std::move(*known);
      return ok();
    }
    SEABED_TRY(master, catalog::current_master_key(tx, context_.cluster_id, tenant_id_));
    return ok();
  }));
  LogFileForm out;
  out.compress = wanted.compress_log();
  if (!wanted.encrypt && !master.identity.empty()) {
    out.clear_master = master.identity;
    SEABED_TRY(out.clear_key, clear_log_key(master));
  }
  if (!wanted.encrypt) return out;
  std::lock_guard lock(mutex_);
  Key& key = keys_[ls_id];
  if (key.master_identity != master.identity) {
    SEABED_TRY(key, make_key(master));
  }
  out.wrap = key.wrap;
  out.data_key = key.data_key;
  return out;
}

Result<std::optional<catalog::SetKeyRow>> make_set_key(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id,
                                                       uint64_t backup_set_id, const std::string& password) {
  SEABED_TRY(const StorageForm form, storage_form(tx, tenant_id));
  if (password.empty() && !form.encrypt) return std::nullopt;
  catalog::SetKeyRow row{tenant_id, backup_set_id, {}, {}, {}};
  SEABED_TRY(row.data_key, random_key());
  SEABED_TRY(row.hash_key, hash_key(row.data_key));
  const std::string subject = set_key_subject(tenant_id, backup_set_id);
  meta::KeyWrap wrap;
  if (password.empty()) {
    SEABED_TRY(const MasterKey master, catalog::current_master_key(tx, cluster_id, tenant_id));
    SEABED_TRY(wrap, wrap_key(row.data_key, master, subject));
  } else {
    SEABED_TRY(wrap, wrap_key(row.data_key, Secret(password), subject));
  }
  row.wrap = wrap.SerializeAsString();
  return row;
}

}  // namespace seabed
