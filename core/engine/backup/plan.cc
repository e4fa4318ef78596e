// What of a snapshot must be copied: everything that no set of the chain holds already. Files are compared, not
// blocks: an SST is written once, so that its identity and size stand for its bytes; the tail is read again all the
// same, since a restored database can reuse a name, and a file without identity is hashed whole (lessons 5 and 7).

#include <algorithm>

#include "core/base/log.h"
#include "core/engine/backup/backup_run.h"
#include "core/flow/source_file.h"
#include "core/media/copy_journal.h"

namespace seabed::backup {
namespace {

const char* kind_name(FileKind kind) {
  return kind == FileKind::kSystem ? "sys" : kind == FileKind::kMinor ? "minor" : "major";
}

std::string known_key(uint64_t tablet, uint64_t size, const std::string& identity, const std::string& name) {
  return std::to_string(tablet) + "/" + std::to_string(size) + (identity.empty() ? "/name/" + name : "/id/" + identity);
}
std::string known_key(const SnapshotFile& f) { return known_key(f.tablet, f.size, f.identity, f.name); }
std::string known_key(const meta::FileMeta& f) { return known_key(f.tablet_id(), f.size(), f.identity(), f.name()); }

/// Unique in a set and stream, over its turns; never 0.
uint64_t logical_id(uint64_t set_id, uint32_t turn, size_t index) {
  return set_id << 40 | static_cast<uint64_t>(turn & 0xff) << 32 | (index + 1);
}

std::string keyed(const Secret* key, std::string_view digest) {
  return key == nullptr ? std::string(digest) : keyed_hash(*key, digest);
}

/// `key`: of the holder's hashes; null: they are plain.
bool same_bytes(const SnapshotFile& file, const meta::FileMeta& known, const Secret* key) {
  auto fd = file.open();
  if (!fd) return false;
  if (!file.identity.empty() && known.tail_hash().size() == kPageHashSize) {
    auto tail = read_last_page_hash(fd->get(), file.size, file.name);
    return tail && keyed(key, *tail) == known.tail_hash();
  }
  auto hash = read_content_hash(fd->get(), file.size, file.name);
  return hash && keyed(key, view(*hash)) == known.hash128();
}

}  // namespace

/// Streams the indexes of the parent and of this set's earlier turns past the files that are wanted now: memory follows
/// the snapshot, not the chain.
Status BackupRun::load_known(uint64_t ls_id, const Snapshot& snapshot) {
  std::vector<DataDirectory> directories;
  if (const SetFacts* parent = reader_->usable_set(set_.prev_inc_backup_set_id))
    for (const char* kind : kDataKinds)
      if (auto dir = BackupReader::directory(*parent, ls_id, kind)) directories.push_back(*dir);
  const auto earlier_turn = [&](const DirectoryDocument& mine) { return mine.ls_id == ls_id; };
  if (std::ranges::any_of(document_.directories, earlier_turn)) SEABED_CHECK(reader_->load());   // knows this set now
  for (const auto& mine : document_.directories)
    if (earlier_turn(mine))
      directories.push_back({set_.backup_set_id, ls_id, mine.kind, mine.at.turn, mine.at.retry});
  // Eight bytes for each file that is wanted; one that only looks like it is never asked for.
  std::vector<size_t> wanted;
  wanted.reserve(directories.empty() ? 0 : snapshot.files.size());
  const std::hash<std::string> short_key;
  for (const auto& file : snapshot.files)
    if (!directories.empty() && file.size > 0) wanted.push_back(short_key(known_key(file)));
  std::ranges::sort(wanted);
  std::map<std::string, meta::FileMeta> known;
  for (const DataDirectory& dir : directories)
    SEABED_CHECK(reader_->each_file(dir, [&](const meta::FileMeta& file) {
      std::string key = known_key(file);
      if (!std::ranges::binary_search(wanted, short_key(key))) return ok();
      const DataDirectory holder = BackupReader::holder(dir, file);
      if (!may_refer_to(holder.set_id)) return ok();
      meta::FileMeta& held = known[std::move(key)];
      held = file;
      held.set_holder_set_id(holder.set_id);
      held.set_holder_turn(holder.turn);
      held.set_holder_retry(holder.retry);
      held.set_holder_kind(holder.kind);
      return ok();
    }));
  known_[ls_id] = std::move(known);
  return ok();
}

const meta::FileMeta* BackupRun::proved_copy(uint64_t ls_id, const SnapshotFile& file) {
  const auto& known = known_.at(ls_id);
  const auto it = known.find(known_key(file));
  if (it == known.end() || it->second.holder_set_id() == 0) return nullptr;
  if (same_bytes(file, it->second, hash_key_of(it->second.holder_set_id()))) return &it->second;
  if (!file.identity.empty())
    log::warn("backup: {} has the identity but not the bytes of the file in set {}: it is copied", file.name,
              it->second.holder_set_id());
  return nullptr;
}

CopyFile BackupRun::plan_file(const StreamDocument& stream, Snapshot& snapshot, size_t index) {
  const SnapshotFile& file = snapshot.files[index];
  CopyFile out;
  if (const meta::FileMeta* held = proved_copy(stream.ls_id, file)) {
    out.meta = *held;
    reused_bytes_ += file.size;
  } else {
    out.meta.set_logical_id(logical_id(set_.backup_set_id, stream.turn, index));
    out.meta.set_identity(file.identity);
  }
  out.meta.set_ls_id(stream.ls_id);
  out.meta.set_tablet_id(file.tablet);
  out.meta.set_name(file.name);
  out.meta.set_kind(kind_name(file.kind));
  out.meta.set_size(file.size);
  out.meta.set_level(file.level);
  out.open = [&file] { return file.open(); };
  out.copied = [&snapshot, index] { snapshot.release(index); };
  return out;
}

Result<std::vector<CopyFile>> BackupRun::plan(const StreamDocument& stream, const std::string& kind) {
  Snapshot& snapshot = *snapshots_.at(stream.ls_id);
  if (!known_.contains(stream.ls_id)) SEABED_CHECK(load_known(stream.ls_id, snapshot));
  std::vector<CopyFile> out;
  out.reserve(static_cast<size_t>(
      std::ranges::count_if(snapshot.files, [&](const SnapshotFile& f) { return kind_name(f.kind) == kind; })));
  for (size_t i = 0; i < snapshot.files.size(); ++i)
    if (kind_name(snapshot.files[i].kind) == kind) out.push_back(plan_file(stream, snapshot, i));
  std::ranges::sort(out, {}, [](const CopyFile& f) { return std::pair(f.meta.tablet_id(), f.meta.logical_id()); });
  return out;
}

/// The files of an interrupted copy, in its order, each read from what the stream is now. Those that are gone have no
/// `open`; nothing is released, the present turn still looks at them.
std::vector<CopyFile> BackupRun::plan_again(const CopyMemory& memory, const Snapshot& snapshot) const {
  std::map<std::string, const SnapshotFile*> now;
  for (const auto& file : snapshot.files) now[known_key(file)] = &file;
  std::vector<CopyFile> out;
  for (const auto& meta : memory.files) {
    CopyFile& file = out.emplace_back();
    file.meta = meta;
    const auto found = now.find(known_key(meta));
    if (meta.holder_set_id() == 0 && found != now.end())
      file.open = [source = found->second] { return source->open(); };
  }
  return out;
}

}  // namespace seabed::backup
