// A backup of a standby: the base's files, which nothing changes before activation, linked, and the base's
// facts. The log behind them is the standby's own archive.

#include <fcntl.h>
#include <sys/stat.h>

#include <map>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/linker.h"
#include "core/source/rocksdb/lsn.h"
#include "core/source/rocksdb/payload.h"
#include "core/source/rocksdb/snapshot_look.h"
#include "core/source/rocksdb/staged_layout.h"
#include "core/source/rocksdb/staged_stream.h"

namespace seabed::rocksdb_source {
namespace {

class StagedPins {
 public:
  StagedPins(const std::string& staged, int directory, const rocksdb::FollowState& state, uint64_t copy_limit)
      : staged_(staged), directory_(directory), state_(state), limit_(copy_limit) {}

  Status pin_all(PinDirectory& pins, Snapshot& snapshot) {
    SEABED_TRY(const auto facts, decode_recovery(state_.recovery()));
    const std::string manifest = manifest_name(facts.manifest_number());
    SEABED_CHECK(add_base(pins, manifest, facts.manifest_length(), snapshot));
    if (!facts.options_file().empty()) SEABED_CHECK(add_base(pins, facts.options_file(), 0, snapshot));
    SEABED_CHECK(add_base(pins, "IDENTITY", 0, snapshot));
    SEABED_TRY(Fd fd, open_beneath(directory_, kBasePrefix + manifest, O_RDONLY));
    const auto reader = ManifestReader::of(std::move(fd), facts.manifest_number(), staged_ + "/" + manifest);
    SEABED_CHECK(reader->read_on());
    SEABED_CHECK(tell_tablets(reader->version(), snapshot));
    SEABED_TRY(const auto live, live_files(reader->version(), staged_));
    for (const LiveFile& file : live) SEABED_CHECK(pin(pins, file, snapshot));
    return ok();
  }

 private:
  /// `length` 0: all of it, if it is there.
  Status add_base(PinDirectory& pins, const std::string& name, uint64_t length, Snapshot& snapshot) {
    auto fd = open_beneath(directory_, kBasePrefix + name, O_RDONLY);
    if (!fd && fd.error().code == Code::kNotFound && length == 0) return ok();
    if (!fd) return fail(fd.error());
    struct stat st {};
    if (::fstat(fd->get(), &st) != 0) return fail_errno(name, "cannot be inspected", errno);
    if (length == 0) length = static_cast<uint64_t>(st.st_size);
    SEABED_CHECK(pins.add(name, fd->get(), length, staged_ + "/" + name));
    snapshot.files.push_back({name, FileKind::kSystem, 0, length, 0, {}, {}});
    return ok();
  }

  Status pin(PinDirectory& pins, const LiveFile& live, Snapshot& snapshot) {
    SEABED_TRY(const PinDirectory::Pinned pinned, pins.pin(directory_, live.name, limit_));
    if (!pinned.found || (!live.blob && pinned.size != live.size))
      return fail(Code::kCorruption, staged_ + "/" + live.name, "is not the file that was restored",
                  "restore again");
    if (pinned.copied) limit_ -= std::min(limit_, pinned.size);
    SnapshotFile file;
    file.name = live.name;
    file.kind = live.major ? FileKind::kMajor : FileKind::kMinor;
    file.tablet = live.family;
    file.size = pinned.size;
    file.level = live.sst.level;
    if (!live.blob) {
      SEABED_TRY(file.identity, identity(pins, live));
    }
    snapshot.files.push_back(std::move(file));
    return ok();
  }

  static Result<std::string> identity(PinDirectory& pins, const LiveFile& live) {
    if (live.sst.unique_id[0] != 0 || live.sst.unique_id[1] != 0)
      return identity_of(live.sst.unique_id, std::nullopt, live.size);
    SEABED_TRY(const Fd fd, pins.open(live.name));
    SEABED_TRY(const auto origin, read_table_origin(fd.get(), live.name));
    return identity_of({}, origin, live.size);
  }

  /// Column families as they are at the cut: those of the base, and what the log added or dropped since.
  Status tell_tablets(const Version& base, Snapshot& snapshot) const {
    std::map<uint32_t, std::string> attributes;
    for (const auto& [id, family] : base.families()) attributes[id] = tablet_attributes(family);
    for (const std::string& bytes : state_.edits()) {
      SEABED_TRY(const VersionEdit edit, decode_version_edit(bytes, staged_));
      if (!edit.add_family) continue;
      ColumnFamilyState added;
      added.id = edit.column_family, added.name = *edit.add_family;
      if (edit.comparator) added.comparator = *edit.comparator;
      attributes[edit.column_family] = tablet_attributes(added);
    }
    for (const auto& family : state_.families())
      snapshot.tablets.push_back({family.id(), "", family.name(), attributes[family.id()]});
    return ok();
  }

  const std::string& staged_;
  const int directory_;
  const rocksdb::FollowState& state_;
  uint64_t limit_;
};

}  // namespace

Result<std::unique_ptr<Snapshot>> StagedStream::snapshot(const CancelToken&) {
  SEABED_TRY(const rocksdb::FollowState state, read_state());
  SEABED_TRY(const auto facts, decode_recovery(state.recovery()));
  SEABED_TRY(const Fd directory, open_directory(staged_));
  struct stat st {};
  if (::fstat(directory.get(), &st) != 0) return fail_errno(staged_, "cannot be inspected", errno);
  SEABED_TRY(std::shared_ptr<PinDirectory> pins, PinDirectory::create(config_.pin_directory, st.st_uid));
  auto out = std::make_unique<PinnedSnapshot>(pins);
  const uint64_t limit = config_.pinned_limit_bytes != 0 ? config_.pinned_limit_bytes : kDefaultPinnedLimit;
  SEABED_CHECK(StagedPins(staged_, directory.get(), state, limit).pin_all(*pins, *out));
  for (SnapshotFile& file : out->files) file.open = [pins, name = file.name] { return pins->open(name); };
  SEABED_TRY(const auto first, first_entry(state.journal_length(), false));
  SEABED_TRY(const auto first_log, first_entry(state.journal_length(), true));
  out->incarnation = facts.incarnation();
  // Recovery's first file may be gone without harm: the archive begins where the log does.
  out->start_replay = first_log ? first_log->begin : encode_lsn({facts.incarnation(), facts.start_wal(), 0});
  out->start_replay_scn =
      first ? std::max<Scn>(first->scn_hi, 1) - 1 : std::max<Scn>(state.whole_scn(), 1) - 1;
  out->taken_scn = facts.taken_scn();  // of the base: whatever the standby stands at is behind it
  out->recovery = state.recovery();
  out->pinned_bytes = pins->pinned_bytes();
  out->turns_needed = 1;
  return out;
}

}  // namespace seabed::rocksdb_source
