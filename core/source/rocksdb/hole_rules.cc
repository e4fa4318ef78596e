// What is a hole: the messages that the tailer and the checker both make of an edit or a jump (continuity.h).

#include <algorithm>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/continuity.h"
#include "core/source/rocksdb/db_files.h"

namespace seabed::rocksdb_source {

bool VersionEdit::taken_away() const {
  return new_files.empty() && !deleted_files.empty() && !log_number && !drop_family &&
         std::all_of(deleted_files.begin(), deleted_files.end(), [](const auto& f) { return f.first > 0; });
}

std::optional<rocksdb::Hole> hole_of_edit(const VersionEdit& edit, uint64_t manifest_number, uint64_t end) {
  const bool came = edit.non_logged();
  if (!came && !edit.taken_away()) return std::nullopt;
  rocksdb::Hole hole;
  hole.set_kind(rocksdb::Hole::NON_LOGGED_EDIT);
  hole.set_manifest_number(manifest_number);
  hole.set_manifest_end(end);
  for (const NewSst& f : edit.new_files) hole.add_files(f.facts.number);
  if (!came)
    for (const auto& [level, number] : edit.deleted_files) hole.add_files(number);
  hole.add_column_families(edit.column_family);
  hole.set_reason("column family " + std::to_string(edit.column_family) + (came ? " received " : " lost ") +
                  std::to_string(hole.files_size()) + " file(s) from " + sst_name(hole.files(0)) +
                  (came ? " on without the log (ingestion, bulk load or import; "
                        : " on without the log (DeleteFilesInRange, or a compaction that left nothing; ") +
                  manifest_name(manifest_number) + " at " + std::to_string(end) + ")");
  return hole;
}

std::vector<uint64_t> ingested_sequences(const VersionEdit& edit) {
  std::vector<uint64_t> out;
  if (!edit.non_logged()) return out;
  for (const NewSst& f : edit.new_files)
    if (f.facts.smallest_sequence == f.facts.largest_sequence) out.push_back(f.facts.largest_sequence);
  return out;
}

rocksdb::Hole hole_of_restatement(uint64_t manifest_number, uint64_t end, uint64_t previous) {
  rocksdb::Hole hole;
  hole.set_kind(rocksdb::Hole::NON_LOGGED_EDIT);
  hole.set_manifest_number(manifest_number);
  hole.set_manifest_end(end);
  hole.set_reason(manifest_name(manifest_number) + " begins with another state than " +
                  manifest_name(previous) + " ended with");
  return hole;
}

rocksdb::Hole hole_of_jump(const SequenceCheck& jump, uint64_t wal_number, uint64_t offset) {
  rocksdb::Hole hole;
  hole.set_kind(rocksdb::Hole::SEQUENCE_JUMP);
  hole.set_wal_number(wal_number);
  hole.set_wal_offset(offset);
  hole.set_expected_sequence(jump.expected);
  hole.set_found_sequence(jump.found);
  hole.set_reason("the sequence jumps from " + std::to_string(jump.expected) + " to " +
                  std::to_string(jump.found) + " in WAL " + padded_number(wal_number) + " at " +
                  std::to_string(offset) + " (writes with the WAL disabled)");
  return hole;
}

}  // namespace seabed::rocksdb_source
