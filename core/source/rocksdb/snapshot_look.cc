#include "core/source/rocksdb/snapshot_look.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/lsn.h"
#include "core/source/rocksdb/options_facts.h"

namespace seabed::rocksdb_source {
namespace {

constexpr int kPatience = 5;  // looks after which a MANIFEST that cannot be parsed is not just being written
constexpr int kOptionsTries = 20;
constexpr size_t kOptionsLimit = 1 << 30;

LiveFile live_sst(const ColumnFamilyState& family, const SstFacts& sst, int lowest_level) {
  LiveFile out;
  out.name = sst_name(sst.number);
  out.family = family.id;
  out.major = sst.level == lowest_level;
  out.size = sst.size;
  out.sst = sst;
  return out;
}

LiveFile live_blob(const ColumnFamilyState& family, const BlobFacts& blob) {
  LiveFile out;
  out.name = blob_name(blob.number);
  out.family = family.id;
  out.blob = out.major = true;
  return out;
}

}  // namespace

Result<std::vector<LiveFile>> live_files(const Version& version, const std::string& directory) {
  std::vector<LiveFile> out;
  for (const auto& [id, family] : version.families()) {
    int lowest = 0;
    for (const auto& [n, sst] : family.files) {
      if (sst.path_id != 0)
        return fail(Code::kUnsupported, directory + "/" + sst_name(n),
                    "the database keeps files under another path (db_paths, cf_paths)",
                    "attach only databases whose files lie in one directory");
      lowest = std::max(lowest, sst.level);
    }
    for (const auto& [n, sst] : family.files) out.push_back(live_sst(family, sst, lowest));
    for (const BlobFacts& blob : family.live_blobs()) out.push_back(live_blob(family, blob));
  }
  std::sort(out.begin(), out.end(), [](const LiveFile& a, const LiveFile& b) {
    return std::tuple(!a.major, a.family, -a.sst.level, a.name) <
           std::tuple(!b.major, b.family, -b.sst.level, b.name);
  });
  return out;
}

Status SnapshotLook::until_stable(const CancelToken& cancel) {
  for (looks_ = 1; looks_ <= settings_.max_looks; ++looks_) {
    if (cancel.cancelled()) return fail(Code::kCancelled, settings_.directory, "the snapshot was cancelled");
    SEABED_TRY(const bool stable, look(looks_));
    if (!stable) continue;
    std::set<std::string> alive;
    for (const LiveFile& file : live_) alive.insert(file.name);
    for (const auto& [name, size] : pinned_)
      if (!alive.contains(name)) pins_.unpin(name);
    return ok();
  }
  return fail(
      Code::kConflict, settings_.directory,
      "its files changed faster than they could be linked, " + std::to_string(settings_.max_looks) + " times",
      "try again when fewer compactions run");
}

Result<bool> SnapshotLook::look(int number) {
  SEABED_CHECK(list_wals());
  SEABED_TRY(const bool readable, read_manifest(number));
  if (!readable) return false;
  SEABED_CHECK(collect_live());
  if (settings_.before_links) settings_.before_links(number);
  SEABED_TRY(const bool all, pin_all());
  if (!all) return false;
  SEABED_TRY(const uint64_t current, read_current(directory_, settings_.directory));
  return current == manifest_->number();
}

Status SnapshotLook::list_wals() {
  Fd elsewhere;
  const bool inside = settings_.wal_directory.empty() || settings_.wal_directory == settings_.directory;
  if (!inside) {
    SEABED_TRY(elsewhere, open_directory(settings_.wal_directory));
  }
  SEABED_TRY(const auto files, list_db_files(inside ? directory_ : elsewhere.get(), settings_.directory));
  wals_.clear();
  for (const ListedFile& file : files)
    if (file.name.kind == DbFileKind::kWal) wals_.push_back(file.name.number);
  std::sort(wals_.begin(), wals_.end());
  return ok();
}

/// False when CURRENT moved on, or the MANIFEST ends in bytes that may just be being written.
Result<bool> SnapshotLook::read_manifest(int number) {
  SEABED_TRY(const uint64_t current, read_current(directory_, settings_.directory));
  if (!manifest_ || manifest_->number() != current) {
    auto opened = ManifestReader::open(directory_, current, settings_.directory);
    if (!opened && opened.error().code == Code::kNotFound && number < settings_.max_looks) return false;
    if (!opened) return fail(opened.error());
    manifest_ = std::move(*opened);
  }
  Status read = manifest_->read_on();
  if (read && manifest_->frozen_length() > 0) return true;
  if (read)
    read = fail(Code::kCorruption, settings_.directory + "/" + manifest_name(current),
                "holds no whole record", "a database with an encrypted or custom Env cannot be attached");
  if (read.error().code != Code::kCorruption || number >= kPatience) return fail(read.error());
  manifest_.reset();
  return false;
}

Status SnapshotLook::collect_live() {
  SEABED_TRY(live_, live_files(manifest_->version(), settings_.directory));
  return ok();
}

Result<bool> SnapshotLook::pin_all() {
  for (LiveFile& file : live_) {
    const auto had = pinned_.find(file.name);
    if (had == pinned_.end()) {
      const uint64_t left = settings_.copy_limit_bytes - std::min(settings_.copy_limit_bytes, copied_bytes_);
      SEABED_TRY(const PinDirectory::Pinned pin, pins_.pin(directory_, file.name, left));
      if (!pin.found) return false;
      if (pin.copied) copied_bytes_ += pin.size;
      if (!file.blob && pin.size != file.size) {  // being deleted, or not what the MANIFEST means
        pins_.unpin(file.name);
        return false;
      }
      file.size = pinned_[file.name] = pin.size;
    } else {
      file.size = had->second;
    }
  }
  return true;
}

Status SnapshotLook::add_system_files(std::vector<SnapshotFile>& files) {
  const std::string name = manifest_name(manifest_->number());
  SEABED_CHECK(
      pins_.add(name, manifest_->fd(), manifest_->frozen_length(), settings_.directory + "/" + name));
  files.push_back({name, FileKind::kSystem, 0, manifest_->frozen_length(), 0, {}, {}});
  for (int i = 0; i < kOptionsTries; ++i) {  // a newer file may replace it while it is linked
    SEABED_TRY(const bool settled, add_options(files));
    if (settled) break;
  }
  SEABED_CHECK(pin_system("IDENTITY", files));
  return ok();
}

Result<bool> SnapshotLook::add_options(std::vector<SnapshotFile>& files) {
  SEABED_TRY(const auto listed, list_db_files(directory_, settings_.directory));
  const ListedFile* newest = nullptr;
  for (const ListedFile& file : listed)
    if (file.name.kind == DbFileKind::kOptions &&
        (newest == nullptr || file.name.number > newest->name.number))
      newest = &file;
  if (newest == nullptr) return true;
  SEABED_TRY(const bool found, pin_system(newest->text, files));
  if (!found) return false;
  SEABED_TRY(const Fd fd, pins_.open(newest->text));
  options_name_ = newest->text;
  options_text_.resize(std::min(files.back().size, kOptionsLimit));
  SEABED_TRY(const size_t n, pread_full(fd.get(), options_text_, 0, newest->text));
  options_text_.resize(n);
  return true;
}

Result<bool> SnapshotLook::pin_system(const std::string& name, std::vector<SnapshotFile>& files) {
  SEABED_TRY(const PinDirectory::Pinned pin, pins_.pin(directory_, name, kOptionsLimit));
  if (pin.found) files.push_back({name, FileKind::kSystem, 0, pin.size, 0, {}, {}});
  return pin.found;
}

/// The MANIFEST may name a WAL that is long gone: an idle column family's log number advances in memory only.
/// What was not there when the WALs were listed, before the MANIFEST was read, was not needed any more.
uint64_t SnapshotLook::start_wal() const {
  const Version& version = manifest_->version();
  const uint64_t needed = version.start_wal();
  const auto it = std::lower_bound(wals_.begin(), wals_.end(), version.knows_oldest_log() ? needed : 0);
  return it == wals_.end() ? needed : *it;
}

rocksdb::RecoveryFacts SnapshotLook::facts(uint64_t incarnation, Scn taken) const {
  const Version& version = manifest_->version();
  rocksdb::RecoveryFacts out;
  out.set_version(1);
  out.set_incarnation(incarnation);
  out.set_db_id(version.db_id());
  out.set_manifest_number(manifest_->number());
  out.set_manifest_length(manifest_->frozen_length());
  out.set_min_log_number_to_keep(version.min_log_number_to_keep());
  out.set_start_wal(start_wal());
  out.set_last_sequence(version.last_sequence());
  out.set_next_file_number(version.next_file_number());
  uint64_t largest = 0;
  for (const auto& [id, family] : version.families()) {
    auto* f = out.add_families();
    f->set_id(id);
    f->set_name(family.name);
    f->set_comparator(family.comparator);
    f->set_log_number(family.log_number);
    f->set_largest_file_sequence(family.largest_sequence());
    largest = std::max(largest, family.largest_sequence());
  }
  out.set_largest_file_sequence(largest);
  out.set_options_file(options_name_);
  fill_engine(parse_options(options_text_), out.mutable_engine());
  out.set_taken_scn(taken);
  if (settings_.wal_directory != settings_.directory) out.set_wal_directory(settings_.wal_directory);
  out.set_current(manifest_name(manifest_->number()));
  return out;
}

void SnapshotLook::describe(PinnedSnapshot& snapshot) const {
  snapshot.start_replay = encode_lsn({snapshot.incarnation, start_wal(), 0});
  snapshot.recovery = facts(snapshot.incarnation, snapshot.taken_scn).SerializeAsString();
  for (const auto& [id, family] : manifest_->version().families())
    snapshot.tablets.push_back({id, "", family.name, tablet_attributes(family)});
  snapshot.pinned_bytes = pins_.pinned_bytes();
  snapshot.turns_needed = static_cast<uint32_t>(looks_);
  const auto pins = snapshot.pins();
  for (SnapshotFile& file : snapshot.files) file.open = [pins, name = file.name] { return pins->open(name); };
}

}  // namespace seabed::rocksdb_source
