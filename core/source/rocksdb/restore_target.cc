#include "core/source/rocksdb/restore_target.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/follow_state.h"
#include "core/source/rocksdb/host_library.h"
#include "core/source/rocksdb/lsn.h"
#include "core/source/rocksdb/manifest_reader.h"
#include "core/source/rocksdb/options_facts.h"
#include "core/source/rocksdb/payload.h"
#include "core/source/rocksdb/staged_layout.h"

namespace seabed::rocksdb_source {
namespace {

namespace fs = std::filesystem;

/// MANIFEST, OPTIONS and IDENTITY are kept aside: what becomes of them is decided at the end.
bool is_aside(const DbFileName& name) {
  return name.kind == DbFileKind::kManifest || name.kind == DbFileKind::kOptions ||
         name.kind == DbFileKind::kIdentity;
}

Result<std::string> staged_name(const SnapshotFile& file) {
  const auto parsed = parse_db_file_name(file.name);
  if (!is_database_file(file.name) || !parsed || parsed->kind == DbFileKind::kWal)
    return fail(Code::kCorruption, file.name, "is no file that a RocksDB snapshot holds",
                "verify the backup set");
  return is_aside(*parsed) ? kBasePrefix + file.name : file.name;
}

Status refuse_used_target(const std::string& directory) {
  std::error_code ec;
  if (!fs::exists(directory, ec) || (fs::is_directory(directory, ec) && fs::is_empty(directory, ec)))
    return ok();
  return fail(Code::kConflict, directory, "exists and is not empty", "give a new directory");
}

Result<std::string> new_db_id() {
  SEABED_TRY(std::string id, read_file("/proc/sys/kernel/random/uuid", 4096));
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

}  // namespace

RocksDbTarget::RocksDbTarget(std::string directory, std::string host)
    : directory_(std::move(directory)), staged_(staged_path(directory_)), host_(std::move(host)) {}

std::string RocksDbTarget::base_path(const std::string& name) const {
  return staged_ + "/" + kBasePrefix + name;
}

Status RocksDbTarget::begin(const std::string& recovery) {
  SEABED_TRY(facts_, decode_recovery(recovery));
  recovery_ = recovery;
  SEABED_CHECK(refuse_used_target(directory_));
  SEABED_CHECK(claim_staged(staged_, facts_.incarnation(), keep_));
  SEABED_TRY(fd_, open_directory(staged_));
  continuity_ = std::make_unique<LogContinuity>(recovery_);
  families_.reset();
  wals_ = std::make_unique<WalPlacement>(fd_.get(), facts_.start_wal());
  SEABED_TRY(journal_, GroupJournal::create(fd_.get()));
  options_ = OptionsHistory();
  report_ = {};
  ended_ = following_ = false;
  before_cut_.reset();
  end_lsn_ = {}, end_scn_ = 0;
  left_out_.reset();
  return ok();
}

Result<Fd> RocksDbTarget::create_file(const SnapshotFile& file) {
  if (!fd_) return fail(Code::kConflict, staged_, "the restore was not begun");
  SEABED_TRY(const std::string name, staged_name(file));
  return open_beneath(fd_.get(), name, O_RDWR | O_CREAT | O_TRUNC, 0640);
}

Status RocksDbTarget::close_file(const SnapshotFile& file, Fd fd) {
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return fail_errno(file.name, "cannot be inspected", errno);
  if (static_cast<uint64_t>(st.st_size) != file.size)
    return fail(Code::kCorruption, file.name,
                "has " + std::to_string(st.st_size) + " bytes instead of " + std::to_string(file.size));
  if (::fsync(fd.get()) != 0) return fail_errno(file.name, "cannot be synced", errno);
  return ok();
}

/// The base's MANIFEST must be exactly what the facts say: its records decide what replay means.
Status RocksDbTarget::load_base() {
  if (families_ || following_) return ok();
  const std::string name = manifest_name(facts_.manifest_number());
  if (!facts_.options_file().empty() && !parse_db_file_name(facts_.options_file()))
    return fail(Code::kCorruption, "the base's facts", "name an impossible OPTIONS file",
                "verify the backup set");
  auto opened = open_beneath(fd_.get(), kBasePrefix + name, O_RDONLY);
  if (!opened) return fail(Code::kCorruption, name, "is missing from the base", "verify the backup set");
  auto reader =
      ManifestReader::of(std::move(*opened), facts_.manifest_number(), staged_ + "/" + kBasePrefix + name);
  SEABED_CHECK(reader->read_on());
  std::error_code ec;
  if (reader->frozen_length() != facts_.manifest_length() ||
      fs::file_size(base_path(name), ec) != facts_.manifest_length())
    return fail(Code::kCorruption, name, "is not the MANIFEST that the base was taken with",
                "verify the backup set");
  if (auto options = read_file(base_path(facts_.options_file()), 1 << 30))
    options_.begin(facts_.options_file(), *options);
  if (!reader->version().db_id().empty()) {
    SEABED_TRY(db_id_, new_db_id());
  }
  families_ = std::make_unique<FamilyHistory>(reader->version(), facts_.manifest_number(),
                                              facts_.manifest_length(), facts_.start_wal());
  return ok();
}

Status RocksDbTarget::refuse_hole(const LogHole& hole) const {
  if (base_covers(recovery_, hole)) return ok();
  return fail(Code::kGap, "the log", hole.reason + ": the log does not hold it and this base neither",
              "restore to a point before it, or from a backup taken after it");
}

/// The base's version was asked for before; its application may have got a newer library since.
Status RocksDbTarget::refuse_newer_options() const {
  if (host_.empty() || !options_.newest()) return ok();
  const OptionsFacts facts = parse_options(*options_.newest());
  const auto found = facts.version.find("rocksdb_version");
  return found == facts.version.end() ? ok() : refuse_newer(found->second, host_);
}

Status RocksDbTarget::prove(const LogGroup& group) {
  std::vector<LogHole> holes;
  SEABED_CHECK(continuity_->add(group, &holes));
  for (const LogHole& hole : holes) SEABED_CHECK(refuse_hole(hole));
  return ok();
}

void RocksDbTarget::count(const LogGroup& group) {
  ++report_.groups;
  report_.last_scn_lo = group.scn_lo;
  report_.last_scn_hi = group.scn_hi;
}

Result<bool> RocksDbTarget::apply(const LogGroup& group, Scn until) {
  if (!fd_) return fail(Code::kConflict, staged_, "the restore was not begun");
  if (ended_) return false;
  SEABED_CHECK(load_base());
  const bool part =
      group.type == GroupType::kLog && group.stamp == StampSource::kExact && group.scn_lo <= until;
  if (group.scn_hi > until) left_out_ = group.scn_lo;
  if (group.scn_hi > until && !part) {
    report_.next_scn_lo = group.scn_lo;
    ended_ = true;
    return false;
  }
  if (part && group.scn_hi > until) continuity_->save(&before_cut_.emplace());
  SEABED_CHECK(prove(group));
  switch (group.type) {
    case GroupType::kLog: return apply_log(group, until);
    case GroupType::kManifest: {
      SEABED_TRY(const auto run, decode_manifest_run(group.payload));
      SEABED_CHECK(families_->take(run));
      break;
    }
    case GroupType::kOptions: {
      SEABED_TRY(const auto run, decode_options_run(group.payload));
      options_.take(run);
      SEABED_CHECK(refuse_newer_options());
      break;
    }
    case GroupType::kHole: {
      SEABED_TRY(const LogHole hole, parse_hole_detail(group.payload));
      SEABED_CHECK(refuse_hole(hole));
      break;
    }
    default:
      return fail(Code::kCorruption, "a log group", "is of a type that a RocksDB stream does not have");
  }
  count(group);
  SEABED_CHECK(note_whole(group));
  return true;
}

/// What may be left out when the log is read again from here. Log before the base's first file was asked for because of
/// what stands beside it: it lies nowhere here, and nobody who begins with this base needs it.
Status RocksDbTarget::note_whole(const LogGroup& group) {
  end_scn_ = group.scn_hi;
  if (group.type == GroupType::kLog) {
    end_lsn_ = group.end;
    SEABED_TRY(const LogPosition begin, decode_lsn(group.begin));
    if (begin.wal < facts_.start_wal()) return ok();
  }
  return journal_ ? journal_->append(group) : ok();
}

/// The last group that is in ends there, and so does what can be archived as complete: a group that is left out may hold
/// commits from its scn_lo on.
Scn RocksDbTarget::whole_scn(Scn until) const {
  if (!left_out_) return until;
  return std::max(end_scn_, std::min<Scn>(until, *left_out_ == 0 ? 0 : *left_out_ - 1));
}

Result<bool> RocksDbTarget::apply_log(const LogGroup& group, Scn until) {
  SEABED_TRY(const WalRunView run, decode_wal_run(group.payload));
  if (group.scn_hi > until) {
    SEABED_CHECK(place_exact_part(group, run, until));
    ended_ = true;
    return false;
  }
  SEABED_CHECK(wals_->place(run, run.data));
  count(group);
  SEABED_CHECK(note_whole(group));
  report_.records += run.records;
  return true;
}

Status RocksDbTarget::place_exact_part(const LogGroup& group, const WalRunView& run, Scn until) {
  SEABED_TRY(const ExactCut cut, wals_->cut(run, until));
  report_.next_scn_lo = cut.next_stamp;
  if (cut.length == 0) return ok();
  SEABED_CHECK(wals_->place(run, run.data.substr(0, cut.length)));
  count(group);
  report_.records += cut.records;
  report_.last_scn_hi = cut.last_stamp;
  return ok();
}

/// What a later process needs to go on, and settle_staged to write MANIFEST and OPTIONS.
rocksdb::FollowState RocksDbTarget::follow_state(Scn until) const {
  rocksdb::FollowState s;
  if (before_cut_) s = *before_cut_;
  else continuity_->save(&s);
  families_->save(&s);
  s.set_version(1);
  s.set_scn(until);
  s.set_recovery(recovery_);
  s.set_end_lsn(end_lsn_.bytes);
  s.set_end_scn(end_scn_);
  s.set_wal_number(wals_->wal());
  s.set_wal_length(wals_->length());
  s.set_options_name(options_.name());
  s.set_options_known(options_.newest().has_value());
  if (options_.newest()) s.set_options_text(*options_.newest());
  s.set_db_id(db_id_);
  s.set_records(report_.records);
  s.set_groups(report_.groups);
  s.set_log_bytes(report_.log_bytes + wals_->bytes());
  s.set_last_scn_lo(report_.last_scn_lo);
  s.set_last_scn_hi(report_.last_scn_hi);
  s.set_journaled(journal_.has_value());
  s.set_journal_length(journal_ ? journal_->length() : 0);
  s.set_whole_scn(whole_scn(until));
  return s;
}

Result<RestoreReport> RocksDbTarget::finish(Scn until) {
  if (!fd_) return fail(Code::kConflict, staged_, "the restore was not begun");
  SEABED_CHECK(load_base());
  SEABED_CHECK(wals_->sync());
  if (journal_) SEABED_CHECK(journal_->sync());
  if (!facts_.wal_directory().empty())
    report_.warnings.push_back(
        "the application kept its log in " + facts_.wal_directory() +
        ": the restored log lies in the database's directory; open it without wal_dir");
  const rocksdb::FollowState state = follow_state(until);
  SEABED_CHECK(write_follow(staged_, state, false));
  SEABED_CHECK(apply_follow(staged_, state, &report_.warnings));
  if (::fsync(fd_.get()) != 0) return fail_errno(staged_, "cannot be synced", errno);
  report_.log_bytes = wals_->bytes();
  fd_.reset();
  return report_;
}

Result<RestoreTarget::FollowPlace> RocksDbTarget::follow(Scn committed) {
  SEABED_CHECK(settle_staged(directory_, committed));
  SEABED_TRY(const rocksdb::FollowState s, read_follow(staged_));
  recovery_ = s.recovery();
  SEABED_TRY(facts_, decode_recovery(recovery_));
  SEABED_TRY(fd_, open_directory(staged_));
  continuity_ = std::make_unique<LogContinuity>(recovery_);
  continuity_->load(s);
  SEABED_TRY(FamilyHistory families, FamilyHistory::load(s, facts_.start_wal()));
  families_ = std::make_unique<FamilyHistory>(std::move(families));
  wals_ = std::make_unique<WalPlacement>(fd_.get(), facts_.start_wal());
  SEABED_CHECK(wals_->resume(s.wal_number(), s.wal_length()));
  journal_.reset();
  if (s.journaled()) {
    SEABED_TRY(journal_, GroupJournal::resume(fd_.get(), s.journal_length()));
  }
  options_.load(s.options_name(), s.options_known() ? std::optional(s.options_text()) : std::nullopt);
  db_id_ = s.db_id();
  report_ = {};
  report_.records = s.records(), report_.groups = s.groups(), report_.log_bytes = s.log_bytes();
  report_.last_scn_lo = s.last_scn_lo(), report_.last_scn_hi = s.last_scn_hi();
  end_lsn_.bytes = s.end_lsn(), end_scn_ = s.end_scn();
  ended_ = false, following_ = true;
  before_cut_.reset();
  left_out_.reset();
  return FollowPlace{end_lsn_, end_scn_, s.continuity().incarnation()};
}

Result<RestoreReport> RocksDbTarget::stage(Scn until) {
  if (!fd_ || !following_) return fail(Code::kConflict, staged_, "nothing was followed");
  SEABED_CHECK(wals_->sync());
  if (journal_) SEABED_CHECK(journal_->sync());
  const rocksdb::FollowState state = follow_state(until);
  SEABED_CHECK(write_follow(staged_, state, true));
  report_.log_bytes = state.log_bytes();
  fd_.reset();
  return report_;
}

}  // namespace seabed::rocksdb_source
