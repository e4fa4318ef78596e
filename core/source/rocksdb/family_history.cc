#include "core/source/rocksdb/family_history.h"

#include <algorithm>

#include "core/source/rocksdb/db_files.h"

namespace seabed::rocksdb_source {

FamilyHistory::FamilyHistory(const Version& base, uint64_t number, uint64_t length, uint64_t start_wal)
    : number_(number), taken_to_(length), start_wal_(start_wal), max_family_(base.max_column_family()) {
  for (const auto& [id, family] : base.families()) families_[id] = family.name;
}

Status FamilyHistory::take(const rocksdb::ManifestRun& run) {
  const std::string object = manifest_name(run.manifest_number());
  if (run.ends_size() != run.records_size())
    return fail(Code::kCorruption, object, "a group has not one end for each record", "verify the archive");
  if (run.manifest_number() < number_) return ok();
  if (run.manifest_number() > number_) {
    number_ = run.manifest_number();
    taken_to_ = 0;
    restating_ = run.snapshot_records() > 0;
    restated_ = {0};  // column family 0 is restated without an add
  }
  for (int i = 0; i < run.records_size(); ++i) {
    if (run.ends(i) <= taken_to_) continue;
    taken_to_ = run.ends(i);
    const bool restated = restating_ && static_cast<uint64_t>(i) < run.snapshot_records();
    if (restating_ && !restated) end_restatement();
    SEABED_TRY(const VersionEdit edit, decode_version_edit(run.records(i), object));
    if (edit.add_family) add(edit, restated);
    if (edit.drop_family) drop(edit.column_family);
  }
  if (restating_ && !run.snapshot_continues() && taken_to_ == run.end()) end_restatement();
  return ok();
}

void FamilyHistory::add(const VersionEdit& edit, bool restated) {
  const uint32_t id = edit.column_family;
  if (restated) restated_.insert(id);
  if (families_.contains(id)) return;
  families_[id] = *edit.add_family;
  max_family_ = std::max(max_family_, id);
  VersionEdit out;
  out.column_family = id;
  out.add_family = edit.add_family;
  out.comparator = edit.comparator;
  // A restated log number may be above WALs that hold the family's data: its files are not part of the base.
  // Ids are never used twice, so that replaying everything there is for this id is right.
  out.log_number = restated ? start_wal_ : edit.log_number.value_or(start_wal_);
  edits_.push_back(std::move(out));
}

void FamilyHistory::drop(uint32_t id) {
  if (families_.erase(id) == 0) return;
  VersionEdit out;
  out.column_family = id;
  out.drop_family = true;
  out.max_column_family = max_family_;  // the id must not be given away again
  edits_.push_back(std::move(out));
}

void FamilyHistory::end_restatement() {
  restating_ = false;
  std::vector<uint32_t> gone;
  for (const auto& [id, name] : families_)
    if (!restated_.contains(id)) gone.push_back(id);
  for (const uint32_t id : gone) drop(id);
}

std::set<std::string> FamilyHistory::names() const {
  std::set<std::string> out;
  for (const auto& [id, name] : families_) out.insert(name);
  return out;
}

}  // namespace seabed::rocksdb_source
