#include "core/source/rocksdb/continuity.h"

#include <algorithm>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/lsn.h"

namespace seabed::rocksdb_source {

namespace {
tl::unexpected<Error> gap(const std::string& object, std::string reason) {
  return fail(Code::kGap, object, std::move(reason),
              "log behind this point needs a new round and a new full or incremental backup");
}
tl::unexpected<Error> corrupt(const std::string& object, std::string reason) {
  return fail(Code::kCorruption, object, std::move(reason),
              "verify the archive; use another copy of this piece");
}
}  // namespace

LogContinuity::LogContinuity(const std::string& recovery) {
  if (recovery.empty()) return;
  const auto facts = decode_recovery(recovery);
  if (!facts) {
    recovery_status_ = fail(facts.error());
    return;
  }
  has_base_ = true;
  base_start_wal_ = facts->start_wal();
  base_manifest_ = facts->manifest_number();
  base_manifest_length_ = facts->manifest_length();
  begun_with_ = facts->next_file_number();
  rules_.set_write_queues(facts->engine().two_write_queues(), facts->engine().options_known());
}

std::string LogContinuity::where() const {
  return "WAL " + padded_number(wal_) + " at " + std::to_string(offset_);
}

Status LogContinuity::same_life(const LogGroup& group) {
  if (incarnation_ && *incarnation_ != group.incarnation)
    return gap(where(), "incarnation " + std::to_string(group.incarnation) +
                            " begins: the database was restored or went back");
  incarnation_ = group.incarnation;
  return ok();
}

Status LogContinuity::add(const LogGroup& group, std::vector<LogHole>* holes) {
  SEABED_CHECK(recovery_status_);
  SEABED_CHECK(same_life(group));
  switch (group.type) {
    case GroupType::kLog: return add_wal(group, holes);
    case GroupType::kManifest: return add_manifest(group, holes);
    case GroupType::kOptions: return add_options(group);
    case GroupType::kHole: {
      const auto hole = parse_hole_detail(group.payload);  // told again by the bytes themselves
      return hole ? ok() : Status(fail(hole.error()));
    }
    default: return corrupt(where(), "a group of a type that a RocksDB stream does not have");
  }
}

Status LogContinuity::begin_wal(const WalRunView& run) {
  // Recovery's first WAL may be gone without harm (a family that is never written keeps an old log number):
  // the first file that there was since decides.
  if (has_base_ && run.wal_number > base_start_wal_ && run.begins_file &&
      run.previous_wal >= base_start_wal_ && run.previous_wal != 0)
    return gap("WAL " + padded_number(run.previous_wal),
               "the base needs it, but the log given begins with WAL " + padded_number(run.wal_number));
  // What stands before the base's first WAL was asked for because of its MANIFEST edits only.
  skipping_ = !run.begins_file && has_base_ && run.wal_number < base_start_wal_;
  if (!run.begins_file && !skipping_)
    return gap("WAL " + padded_number(run.wal_number),
               "the log given begins in the middle of it, at " + std::to_string(run.offset));
  return ok();
}

Status LogContinuity::next_wal(const WalRunView& run) {
  if (run.wal_number == wal_) {
    if (run.offset == offset_ && !run.begins_file) return ok();
    return gap(where(), "the next group begins at " + std::to_string(run.offset));
  }
  if (run.wal_number < wal_)
    return gap(where(), "the next group is of the older WAL " + padded_number(run.wal_number));
  if (!run.begins_file)
    return gap(where(), "the next group is in the middle of WAL " + padded_number(run.wal_number));
  if (run.previous_wal != wal_ || run.previous_length != offset_)
    return gap(where(), "WAL " + padded_number(run.wal_number) + " follows WAL " +
                            padded_number(run.previous_wal) + " complete at " +
                            std::to_string(run.previous_length));
  skipping_ = false;
  return ok();
}

Status LogContinuity::add_wal(const LogGroup& group, std::vector<LogHole>* holes) {
  SEABED_TRY(const WalRunView run, decode_wal_run(group.payload));
  const uint64_t end = run.offset + run.data.size();
  if (group.begin != encode_lsn({group.incarnation, run.wal_number, run.offset}) ||
      group.end != encode_lsn({group.incarnation, run.wal_number, end}))
    return corrupt("WAL " + padded_number(run.wal_number), "a group's position is not its payload's");
  SEABED_CHECK(has_wal_ ? next_wal(run) : begin_wal(run));
  if (!has_wal_ || run.begins_file) {
    parser_.emplace(run.wal_number);
    rules_.begin_file();
    if (begun_with_ != 0 && run.wal_number >= begun_with_) rules_.set_archive_begins(false);
    file_has_batch_ = false;
  }
  if (!has_wal_) first_wal_ = run.wal_number;
  has_wal_ = true;
  wal_ = run.wal_number;
  offset_ = run.offset;
  if (!skipping_) SEABED_CHECK(walk(run, group, holes));
  offset_ = end;
  return ok();
}

Status LogContinuity::walk(const WalRunView& run, const LogGroup& group, std::vector<LogHole>* holes) {
  std::string_view rest = run.data;
  uint64_t records = 0;
  while (!rest.empty()) {
    const ParseResult parsed = parser_->next(rest, offset_);
    if (parsed.outcome == ParseOutcome::kUnsupported)
      return fail(Code::kUnsupported, where(), parsed.reason, "use a newer Seabed");
    if (parsed.outcome != ParseOutcome::kRecord)
      return corrupt(where(), parsed.reason.empty() ? "a record is cut short" : parsed.reason);
    if (parsed.record.kind == RecordKind::kData) {
      SEABED_CHECK(take_batch(parsed.record.data, parsed.record.begin, group, holes));
      ++records;
    }
    rest.remove_prefix(parsed.record.end - offset_);
    offset_ = parsed.record.end;
  }
  if (records != run.records) return corrupt(where(), "the group has another number of records than it says");
  return ok();
}

Status LogContinuity::take_batch(std::string_view batch, uint64_t offset, const LogGroup& group,
                                 std::vector<LogHole>* holes) {
  SEABED_CHECK(walk_batch(batch, rules_.wants_duplicates(), &facts_));
  const SequenceCheck check = rules_.take(facts_);
  const bool first = !std::exchange(file_has_batch_, true);
  ++records_;
  if (check.verdict == SequenceVerdict::kFollows || rules_.explained(check)) return ok();
  const std::string numbers = "the sequence goes on with " + std::to_string(check.found) + " where " +
                              std::to_string(check.expected) + " was expected";
  if (check.verdict == SequenceVerdict::kUnknownPrepared)
    return gap(where(), "a transaction is committed whose PREPARE is missing");
  if (check.verdict == SequenceVerdict::kBack) return gap(where(), numbers);
  if (first) return gap(where(), numbers + " between two files: a file may be missing");
  tell(hole_of_jump(check, wal_, offset), group, holes);
  return ok();
}

void LogContinuity::tell(rocksdb::Hole hole, const LogGroup& group, std::vector<LogHole>* holes) const {
  hole.set_incarnation(group.incarnation);
  hole.set_scn_lo(group.scn_lo);
  if (hole.wal_number() == 0) {
    hole.set_wal_number(wal_);
    hole.set_wal_offset(offset_);
  }
  holes->push_back(hole_from(hole));
}

Status LogContinuity::place_manifest(const rocksdb::ManifestRun& run) {
  const std::string object = manifest_name(run.manifest_number());
  if (!has_manifest_) {
    if (!has_base_ || run.manifest_number() < base_manifest_) return ok();
    const bool same = run.manifest_number() == base_manifest_;
    const bool after = run.begins_file() && run.previous_manifest() == base_manifest_;
    if ((same && run.offset() <= base_manifest_length_) ||
        (after && run.previous_length() <= base_manifest_length_))
      return ok();
    return gap(object, "edits behind the base's " + manifest_name(base_manifest_) + " at " +
                           std::to_string(base_manifest_length_) + " are missing");
  }
  // A resumed archiver may give edits again that it had written just before it died.
  if (run.manifest_number() == manifest_ && run.offset() <= manifest_end_) return ok();
  if (run.manifest_number() > manifest_ && run.begins_file() && run.offset() == 0 &&
      run.previous_manifest() == manifest_ && run.previous_length() == manifest_end_)
    return ok();
  return gap(object,
             "it does not follow " + manifest_name(manifest_) + " at " + std::to_string(manifest_end_));
}

Status LogContinuity::add_manifest(const LogGroup& group, std::vector<LogHole>* holes) {
  SEABED_TRY(const auto run, decode_manifest_run(group.payload));
  SEABED_CHECK(place_manifest(run));
  const std::string object = manifest_name(run.manifest_number());
  const uint64_t known = has_manifest_ && manifest_ == run.manifest_number() ? manifest_end_ : 0;
  for (int i = 0; i < run.records_size(); ++i) {
    SEABED_TRY(const VersionEdit edit, decode_version_edit(run.records(i), object));
    if (static_cast<uint64_t>(i) < run.snapshot_records() || run.ends(i) <= known) continue;
    for (const uint64_t sequence : ingested_sequences(edit)) rules_.add_ingested(sequence);
    if (begun_with_ == 0 && first_wal_ != 0 && edit.min_log_number_to_keep.value_or(0) >= first_wal_)
      begun_with_ = edit.next_file_number.value_or(0);
    if (auto hole = hole_of_edit(edit, run.manifest_number(), run.ends(i)))
      tell(std::move(*hole), group, holes);
  }
  if (run.snapshot_differs())
    tell(hole_of_restatement(run.manifest_number(), run.end(), run.previous_manifest()), group, holes);
  has_manifest_ = true;
  manifest_ = run.manifest_number();
  manifest_end_ = std::max(known, run.end());
  return ok();
}

Status LogContinuity::add_options(const LogGroup& group) {
  SEABED_TRY(const auto run, decode_options_run(group.payload));
  rules_.set_write_queues(run.two_write_queues(), true);
  return ok();
}

}  // namespace seabed::rocksdb_source
