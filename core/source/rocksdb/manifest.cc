#include "core/source/rocksdb/manifest.h"

#include <algorithm>
#include <limits>
#include <set>

namespace seabed::rocksdb_source {

namespace {
constexpr size_t kMaxGroup = 1 << 20;  // edits of one atomic group; more is no real file

}  // namespace

std::vector<BlobFacts> ColumnFamilyState::live_blobs() const {
  // An SST names only the oldest blob file it points at: every younger one may be in use as well, until all
  // of its values are garbage and none links to it.
  std::set<uint64_t> linked;
  for (const auto& [number, file] : files)
    if (file.oldest_blob != 0) linked.insert(file.oldest_blob);
  std::vector<BlobFacts> out;
  if (linked.empty()) return out;  // no SST points at any
  for (auto it = blobs.lower_bound(*linked.begin()); it != blobs.end(); ++it) {
    const BlobFacts& blob = it->second;
    if (linked.contains(blob.number) || blob.garbage_count < blob.total_count) out.push_back(blob);
  }
  return out;
}

uint64_t ColumnFamilyState::largest_sequence() const {
  uint64_t largest = 0;
  for (const auto& [number, file] : files) largest = std::max(largest, file.largest_sequence);
  return largest;
}

Version::Version() {
  // Column family 0 is there without an add edit (its comparator comes in the first edit).
  ColumnFamilyState& zero = families_[0];
  zero.name = "default";
}

const ColumnFamilyState* Version::family(uint32_t id) const {
  const auto it = families_.find(id);
  return it == families_.end() ? nullptr : &it->second;
}

uint64_t Version::start_wal() const {
  if (min_log_number_to_keep_ != 0) return min_log_number_to_keep_;
  uint64_t smallest = std::numeric_limits<uint64_t>::max();
  for (const auto& [id, family] : families_) smallest = std::min(smallest, family.log_number);
  if (prev_log_number_ != 0) smallest = std::min(smallest, prev_log_number_);
  return families_.empty() ? 0 : smallest;
}

bool Version::same_files(const Version& other) const {
  return std::equal(families_.begin(), families_.end(), other.families_.begin(), other.families_.end(),
                    [](const auto& a, const auto& b) {
                      const auto blobs_a = a.second.live_blobs(), blobs_b = b.second.live_blobs();
                      if (a.first != b.first || a.second.name != b.second.name || blobs_a != blobs_b)
                        return false;
                      if (a.second.files.size() != b.second.files.size()) return false;
                      return std::all_of(a.second.files.begin(), a.second.files.end(), [&](const auto& f) {
                        const auto it = b.second.files.find(f.first);
                        return it != b.second.files.end() && it->second.size == f.second.size &&
                               it->second.level == f.second.level;
                      });
                    });
}

Status Version::apply(std::string_view record, const std::string& object,
                      std::vector<VersionEdit>* effective) {
  SEABED_TRY(VersionEdit edit, decode_version_edit(record, object));
  if (edit.remaining_in_group || !group_.empty()) {
    if (!edit.remaining_in_group)
      return fail(Code::kCorruption, object, "an edit of another kind stands inside an atomic group");
    if (!group_.empty() && *group_.back().remaining_in_group != *edit.remaining_in_group + 1)
      return fail(Code::kCorruption, object, "an atomic group has a wrong count");
    if (group_.size() >= kMaxGroup)
      return fail(Code::kUnsupported, object, "an atomic group has too many edits");
    const bool last = *edit.remaining_in_group == 0;
    group_.push_back(std::move(edit));
    if (!last) return ok();
    std::vector<VersionEdit> whole;
    whole.swap(group_);
    for (VersionEdit& e : whole) {
      SEABED_CHECK(apply_one(e, object));
      if (effective != nullptr) effective->push_back(std::move(e));
    }
    return ok();
  }
  SEABED_CHECK(apply_one(edit, object));
  if (effective != nullptr) effective->push_back(std::move(edit));
  return ok();
}

Status Version::apply_one(const VersionEdit& edit, const std::string& object) {
  if (edit.db_id) db_id_ = *edit.db_id;
  if (edit.next_file_number) next_file_number_ = std::max(next_file_number_, *edit.next_file_number);
  if (edit.last_sequence) last_sequence_ = std::max(last_sequence_, *edit.last_sequence);
  if (edit.prev_log_number) prev_log_number_ = *edit.prev_log_number;
  if (edit.min_log_number_to_keep)
    min_log_number_to_keep_ = std::max(min_log_number_to_keep_, *edit.min_log_number_to_keep);
  if (edit.max_column_family) max_column_family_ = std::max(max_column_family_, *edit.max_column_family);
  return apply_family(edit, object);
}

Status Version::apply_family(const VersionEdit& edit, const std::string& object) {
  const uint32_t id = edit.column_family;
  if (edit.add_family) {
    ColumnFamilyState& f = families_[id];
    if (id != 0 && f.id == id)
      return fail(Code::kCorruption, object, "column family " + std::to_string(id) + " is added twice");
    f.id = id;
    f.name = *edit.add_family;
    max_column_family_ = std::max(max_column_family_, id);
  }
  if (edit.drop_family) {
    const auto dropped = families_.find(id);
    if (dropped == families_.end()) return ok();
    file_count_ -= dropped->second.files.size();
    families_.erase(dropped);
    return ok();
  }
  const auto it = families_.find(id);
  if (it == families_.end()) return ok();  // late edits of a dropped family; RocksDB skips them too
  if (edit.comparator) it->second.comparator = *edit.comparator;
  if (edit.log_number) it->second.log_number = std::max(it->second.log_number, *edit.log_number);
  apply_files(it->second, edit);
  return ok();
}

void Version::apply_files(ColumnFamilyState& family, const VersionEdit& edit) {
  file_count_ -= family.files.size();
  for (const auto& [level, number] : edit.deleted_files) {
    const auto it = family.files.find(number);
    if (it != family.files.end() && it->second.level == level) family.files.erase(it);
  }
  for (const NewSst& f : edit.new_files) family.files.insert_or_assign(f.facts.number, f.facts);
  file_count_ += family.files.size();
  for (const BlobFacts& b : edit.new_blobs) family.blobs.insert_or_assign(b.number, b);
  for (const BlobFacts& b : edit.blob_garbage) {
    const auto it = family.blobs.find(b.number);
    if (it == family.blobs.end()) continue;
    it->second.garbage_count += b.garbage_count;
    it->second.garbage_bytes += b.garbage_bytes;
  }
}

}  // namespace seabed::rocksdb_source
