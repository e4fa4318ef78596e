#include "core/source/rocksdb/restore_target.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "core/source/rocksdb/db_files.h"
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

RocksDbTarget::RocksDbTarget(std::string directory)
    : directory_(std::move(directory)), staged_(staged_path(directory_)) {}

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
  options_ = OptionsHistory();
  report_ = {};
  ended_ = false;
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
  if (families_) return ok();
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
  base_has_db_id_ = !reader->version().db_id().empty();
  families_ = std::make_unique<FamilyHistory>(reader->version(), facts_.manifest_number(),
                                              facts_.manifest_length(), facts_.start_wal());
  return ok();
}

Status RocksDbTarget::refuse_hole(const LogHole& hole) const {
  if (base_covers(recovery_, hole)) return ok();
  return fail(Code::kGap, "the log", hole.reason + ": the log does not hold it and this base neither",
              "restore to a point before it, or from a backup taken after it");
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
  if (group.scn_hi > until && !part) {
    report_.next_scn_lo = group.scn_lo;
    ended_ = true;
    return false;
  }
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
  return true;
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

/// The prefix as it is, so that files, log numbers and sequences are the base's own, and then the families.
Status RocksDbTarget::write_manifest() {
  const std::string name = manifest_name(facts_.manifest_number());
  LogWriter writer(facts_.manifest_length());
  std::string tail;
  for (const VersionEdit& edit : families_->edits()) writer.append(tail, encode_version_edit(edit));
  if (base_has_db_id_) {
    VersionEdit edit;
    SEABED_TRY(edit.db_id, new_db_id());
    writer.append(tail, encode_version_edit(edit));
  }
  const std::string path = staged_ + "/" + kStagedManifest;
  if (::rename(base_path(name).c_str(), path.c_str()) != 0)
    return fail_errno(path, "cannot be renamed", errno);
  SEABED_TRY(const Fd fd, open_beneath(fd_.get(), kStagedManifest, O_RDWR));
  SEABED_CHECK(pwrite_full(fd.get(), tail, facts_.manifest_length(), path));
  if (::fsync(fd.get()) != 0) return fail_errno(path, "cannot be synced", errno);
  return ok();
}

/// A number that the base knew: RocksDB takes the highest for the newest, and gives new ones from the
/// MANIFEST's counter.
Status RocksDbTarget::write_options() {
  const auto number = parse_db_file_name(facts_.options_file());
  const std::string name = options_name(number ? number->number : 1);
  const std::optional<std::string>& text = options_.newest();
  if (!text) {
    report_.warnings.push_back("no OPTIONS file: the application's own options apply");
    return ok();
  }
  if (parse_options(*text).families != families_->names()) {
    report_.warnings.push_back(
        "the OPTIONS file was left out: its column families are not those of the restored moment");
    return ok();
  }
  return write_file_atomic(staged_ + "/" + name, without_paths(*text), 0640);
}

Status RocksDbTarget::remove_side_files() {
  std::error_code ec;
  for (auto it = fs::directory_iterator(staged_, ec); !ec && it != fs::directory_iterator();
       it.increment(ec)) {
    if (!it->path().filename().string().starts_with(kBasePrefix)) continue;
    if (std::error_code removed; !fs::remove(it->path(), removed))
      return fail_errno(it->path().string(), "cannot be removed", removed.value());
  }
  if (ec) return fail_errno(staged_, "cannot be listed", ec.value());
  return ok();
}

Result<RestoreReport> RocksDbTarget::finish(Scn) {
  if (!fd_) return fail(Code::kConflict, staged_, "the restore was not begun");
  SEABED_CHECK(load_base());
  SEABED_CHECK(wals_->sync());
  if (!facts_.wal_directory().empty())
    report_.warnings.push_back(
        "the application kept its log in " + facts_.wal_directory() +
        ": the restored log lies in the database's directory; open it without wal_dir");
  SEABED_CHECK(write_options());
  SEABED_CHECK(write_manifest());
  SEABED_CHECK(remove_side_files());
  if (::fsync(fd_.get()) != 0) return fail_errno(staged_, "cannot be synced", errno);
  SEABED_CHECK(write_state(staged_, {StagedPhase::kStandby, manifest_name(facts_.manifest_number()),
                                     facts_.incarnation(), report_.last_scn_hi}));
  report_.log_bytes = wals_->bytes();
  fd_.reset();
  return report_;
}

}  // namespace seabed::rocksdb_source
