#include "core/source/rocksdb/table_families.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/base/fd.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/log_framing.h"
#include "core/source/rocksdb/manifest_reader.h"
#include "core/source/rocksdb/staged_layout.h"

namespace seabed::rocksdb_source {
namespace {

constexpr uint64_t kAboveEveryLog = 1ull << 40;

struct StagedManifest {
  std::unique_ptr<ManifestReader> reader;
  Fd fd;  // for writing
};

Result<StagedManifest> open_manifest(const std::string& staged, int flags) {
  SEABED_TRY(const StagedState state, read_state(staged));
  const auto named = parse_db_file_name(state.manifest);
  if (state.phase != StagedPhase::kStandby || !named || named->kind != DbFileKind::kManifest)
    return fail(Code::kConflict, staged, "is no finished standby", "restore again");
  SEABED_TRY(const Fd directory, open_directory(staged));
  SEABED_TRY(Fd fd, open_beneath(directory.get(), kStagedManifest, O_RDONLY));
  StagedManifest out;
  out.reader = ManifestReader::of(std::move(fd), named->number, staged + "/" + kStagedManifest);
  SEABED_CHECK(out.reader->read_on());
  SEABED_TRY(out.fd, open_beneath(directory.get(), kStagedManifest, flags));
  return out;
}

/// Nothing: there is nothing to leave out.
std::optional<VersionEdit> edit_for(const ColumnFamilyState& family, uint32_t max_family) {
  VersionEdit edit;
  edit.column_family = family.id;
  if (family.id != 0) {
    edit.drop_family = true;
    edit.max_column_family = max_family;
    return edit;
  }
  if (family.files.empty() && family.log_number >= kAboveEveryLog) return std::nullopt;
  for (const auto& [number, file] : family.files) edit.deleted_files.emplace_back(file.level, number);
  edit.log_number = kAboveEveryLog;
  return edit;
}

}  // namespace

Result<std::vector<StagedFamily>> read_staged_families(const std::string& staged) {
  SEABED_TRY(const StagedManifest manifest, open_manifest(staged, O_RDONLY));
  std::vector<StagedFamily> out;
  for (const auto& [id, family] : manifest.reader->version().families())
    out.push_back({id, family.name, family.comparator});
  return out;
}

Status narrow_families(const std::string& staged, const std::set<std::string>& wanted) {
  SEABED_TRY(const StagedManifest manifest, open_manifest(staged, O_RDWR));
  const Version& version = manifest.reader->version();
  LogWriter writer(manifest.reader->frozen_length());
  std::string tail;
  for (const auto& [id, family] : version.families()) {
    if (wanted.contains(family.name)) continue;
    if (const auto edit = edit_for(family, version.max_column_family()))
      writer.append(tail, encode_version_edit(*edit));
  }
  if (tail.empty()) return ok();
  const std::string path = staged + "/" + kStagedManifest;
  SEABED_CHECK(pwrite_full(manifest.fd.get(), tail, manifest.reader->frozen_length(), path));
  if (::fdatasync(manifest.fd.get()) != 0) return fail_errno(path, "cannot be synced", errno);
  return ok();
}

}  // namespace seabed::rocksdb_source
