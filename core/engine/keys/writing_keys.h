#pragma once
// How a tenant's backups and log are stored from now on: its parameters tde_method and backup_compression, and its keys.

#include <map>
#include <memory>
#include <mutex>

#include "core/catalog/keys.h"
#include "core/engine/job/context.h"
#include "core/media/log_file_form.h"
#include "core/media/stored_block.h"

namespace seabed {

struct StorageForm {
  bool encrypt = false;            // under the tenant's master key
  PageCompression compression = PageCompression::kNone;   // of pages; log groups are compressed with kAll
  bool compress_log() const { return compression == PageCompression::kAll; }
};
Result<StorageForm> storage_form(Transaction& tx, uint64_t tenant_id);

/// Forms of a tenant's new log files. Thread-safe; outlives the streams that ask it.
class TenantLogForm {
 public:
  TenantLogForm(EngineContext& context, uint64_t tenant_id) : context_(context), tenant_id_(tenant_id) {}
  /// One data key for the files of one stream, until the master key is another. 64 MiB a file: a key is asked for seldom.
  Result<LogFileForm> form(uint64_t ls_id);
  /// Changes when an open file must end and another begin: to be looked at in a transaction that is open anyway.
  static Result<std::string> name(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id);

 private:
  struct Key {
    std::string master_identity, wrap;
    Secret data_key;
  };
  Result<Key> make_key(const MasterKey& master) const;

  EngineContext& context_;
  const uint64_t tenant_id_;
  std::mutex mutex_;
  std::map<uint64_t, Key> keys_;   // by stream
};

/// For a new backup set, in the transaction that gives it its id: its data key, wrapped under the password or, without one,
/// under the tenant's master key. nullopt: the set is not encrypted.
Result<std::optional<catalog::SetKeyRow>> make_set_key(Transaction& tx, uint64_t cluster_id, uint64_t tenant_id,
                                                       uint64_t backup_set_id, const std::string& password);

}  // namespace seabed
