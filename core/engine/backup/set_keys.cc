// Keys of a set: its own, made when the job was submitted, and those that prove files of older sets. A set refers only to
// bytes that are protected as its own are: none, the tenant's master key, or a password. Who has what the set's mode asks
// for then has all that a restore of it needs, and an encrypted set leaves nothing in clear behind it.

#include "core/base/log.h"
#include "core/engine/backup/backup_run.h"
#include "core/engine/keys/reading_keys.h"
#include "core/engine/keys/writing_keys.h"

namespace seabed::backup {

Status BackupRun::load_keys(BackupWriterOptions* options) {
  StorageForm form;
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(form, storage_form(tx, job_.tenant_id));
    SEABED_TRY(key_, catalog::find_set_key(tx, job_.tenant_id, job_.backup_set_id));
    return ok();
  }));
  options->compression = form.compression;
  encryption_mode_ = job_.encryption_mode;
  if (!key_) return ok();
  if (key_->data_key.empty())
    return fail(Code::kInternal, "backup set " + std::to_string(job_.backup_set_id), "its key is no longer kept",
                "start the backup again");
  options->data_key = key_->data_key;
  return ok();
}

namespace {

SetProtection protection_named(const std::string& mode) {
  return mode == "PASSWORD" ? SetProtection::kPassword : mode == "NONE" ? SetProtection::kNone : SetProtection::kMasterKey;
}

}  // namespace

bool BackupRun::may_refer_to(uint64_t holder_set_id) {
  if (holder_set_id == set_.backup_set_id) return true;
  const SetFacts* holder = reader_->usable_set(holder_set_id);
  return holder != nullptr && protection_of(holder->descriptor) == protection_named(encryption_mode_);
}

/// Null: the holder's hashes are plain, or nothing here can prove them (then they match nothing).
const Secret* BackupRun::hash_key_of(uint64_t holder_set_id) {
  auto known = hash_keys_.find(holder_set_id);
  if (known == hash_keys_.end()) {
    std::optional<Secret> key;
    if (key_ && holder_set_id == set_.backup_set_id) key = key_->hash_key;
    else if (const SetFacts* holder = reader_->usable_set(holder_set_id); holder != nullptr && holder->descriptor.has_key()) {
      auto found = find_hash_key(*holder);
      if (found) key = std::move(*found);
      else log::info("backup: files of set {} cannot be proved and are copied: {}", holder_set_id, found.error().message());
    }
    known = hash_keys_.emplace(holder_set_id, std::move(key)).first;
  }
  return known->second ? &*known->second : nullptr;
}

/// From the catalog; one that was lost is found again by the master key, not by a password.
Result<Secret> BackupRun::find_hash_key(const SetFacts& holder) {
  using Row = std::optional<catalog::SetKeyRow>;
  SEABED_TRY(const Row row, context_.catalog->get<Row>([&](Transaction& tx) {
    return catalog::find_set_key(tx, job_.tenant_id, holder.id.id);
  }));
  // A row of another set of that number, of before a catalog was lost, has another wrap.
  if (row && row->wrap == holder.descriptor.key().SerializeAsString()) return row->hash_key;
  SEABED_TRY(const auto ring, reading_keys(context_, {}, 0, 0, stop_));
  SEABED_TRY(const Secret data_key, ring->open(holder.descriptor.key(), set_key_subject(holder.descriptor.tenant_id(), holder.id.id),
                                               "backup set " + std::to_string(holder.id.id)));
  return hash_key(data_key);
}

}  // namespace seabed::backup
