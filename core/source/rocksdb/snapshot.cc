#include "core/source/rocksdb/snapshot.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "core/source/rocksdb/snapshot_look.h"

namespace seabed::rocksdb_source {

Result<std::unique_ptr<Snapshot>> Snapshotter::take(uint64_t incarnation, Clock& clock,
                                                    const CancelToken& cancel) {
  SEABED_TRY(const Fd directory, open_directory(settings_.directory));
  SEABED_TRY(std::shared_ptr<PinDirectory> pins, new_pins(directory.get()));
  SnapshotLook look(settings_, directory.get(), *pins);
  SEABED_CHECK(look.until_stable(cancel));
  auto snapshot = std::make_unique<PinnedSnapshot>(pins);
  snapshot->incarnation = incarnation;
  SEABED_CHECK(look.add_system_files(snapshot->files));
  snapshot->taken_scn = clock.read().now;
  SEABED_CHECK(describe_files(look, *pins, snapshot->files));
  look.describe(*snapshot);
  return snapshot;
}

Result<std::shared_ptr<PinDirectory>> Snapshotter::new_pins(int directory) {
  struct stat st {};
  if (::fstatat(directory, "CURRENT", &st, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT)
      return fail(Code::kNotFound, settings_.directory, "holds no CURRENT file",
                  "give the directory of a RocksDB database");
    return fail_errno(settings_.directory + "/CURRENT", "cannot be inspected", errno);
  }
  SEABED_TRY(std::shared_ptr<PinDirectory> pins, PinDirectory::create(settings_.pin_directory, st.st_uid));
  std::lock_guard lock(mutex_);
  std::erase_if(snapshots_, [](const auto& weak) { return weak.expired(); });
  snapshots_.push_back(pins);
  return pins;
}

Status Snapshotter::describe_files(const SnapshotLook& look, PinDirectory& pins,
                                   std::vector<SnapshotFile>& files) {
  std::map<uint64_t, KnownOrigin> seen;
  for (const LiveFile& live : look.live()) {
    SnapshotFile file;
    file.name = live.name;
    file.kind = live.major ? FileKind::kMajor : FileKind::kMinor;
    file.tablet = live.family;
    file.size = live.size;
    file.level = live.sst.level;
    if (!live.blob) {
      SEABED_TRY(file.identity, identity(live, pins, seen));
    }
    files.push_back(std::move(file));
  }
  std::lock_guard lock(mutex_);
  origins_ = std::move(seen);
  return ok();
}

/// From the MANIFEST, else from the pinned file's properties (read once a file and process).
Result<std::string> Snapshotter::identity(const LiveFile& live, PinDirectory& pins,
                                          std::map<uint64_t, KnownOrigin>& seen) {
  if (live.sst.unique_id[0] != 0 || live.sst.unique_id[1] != 0)
    return identity_of(live.sst.unique_id, std::nullopt, live.size);
  SEABED_TRY(const Fd fd, pins.open(live.name));
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return fail_errno(live.name, "cannot be inspected", errno);
  {
    std::lock_guard lock(mutex_);
    const auto known = origins_.find(live.sst.number);
    if (known != origins_.end() && known->second.inode == st.st_ino && known->second.size == live.size) {
      seen[live.sst.number] = known->second;
      return known->second.identity;
    }
  }
  SEABED_TRY(const auto origin, read_table_origin(fd.get(), live.name));
  std::string out = identity_of({}, origin, live.size);
  seen[live.sst.number] = {st.st_ino, live.size, out};
  return out;
}

std::vector<std::shared_ptr<PinDirectory>> Snapshotter::living() const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<PinDirectory>> out;
  for (const auto& weak : snapshots_)
    if (auto pins = weak.lock()) out.push_back(std::move(pins));
  return out;
}

uint64_t Snapshotter::held_bytes() const {
  uint64_t sum = 0;
  for (const auto& pins : living()) sum += pins->held_bytes();
  return sum;
}

uint64_t Snapshotter::pinned_files() const {
  uint64_t sum = 0;
  for (const auto& pins : living()) sum += pins->count();
  return sum;
}

uint64_t Snapshotter::shrink(uint64_t limit) {
  uint64_t held = held_bytes(), dropped = 0;
  for (const auto& pins : living()) {
    if (held <= limit) break;
    const uint64_t own = pins->held_bytes(), others = held - std::min(held, own);
    const uint64_t got = pins->shrink(limit > others ? limit - others : 0);
    held -= std::min(held, got);
    dropped += got;
  }
  return dropped;
}

}  // namespace seabed::rocksdb_source
