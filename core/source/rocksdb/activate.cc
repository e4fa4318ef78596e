#include "core/source/rocksdb/activate.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "core/base/fd.h"
#include "core/source/restore_target.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/staged_layout.h"

namespace seabed::rocksdb_source {
namespace {

namespace fs = std::filesystem;

std::string without_trailing_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

bool is_directory(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

bool exists(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0;
}

Status remove_blocker(const std::string& path) {
  if (is_directory(path) && ::rmdir(path.c_str()) != 0) return fail_errno(path, "cannot be removed", errno);
  return ok();
}

Status check_target_is_free(const std::string& directory) {
  std::error_code ec;
  if (!exists(directory)) return ok();
  if (is_directory(directory) && fs::is_empty(directory, ec) && !ec) return ok();
  return fail(Code::kConflict, directory, "exists and is not empty", "move it away, then activate again");
}

Status fsync_parent(const std::string& directory) {
  const fs::path parent = fs::path(directory).parent_path();
  return fsync_directory(parent.empty() ? "." : parent.string());
}

/// Nothing is staged: either activation was finished before, or there never was anything.
Status finished_before(const std::string& directory) {
  const auto state = read_state(directory);
  if (state && state->phase == StagedPhase::kActivated) return fsync_parent(directory);
  return fail(Code::kNotFound, staged_path(directory), "nothing is staged there", "restore first");
}

Status place_manifest(const std::string& staged, const std::string& manifest) {
  const std::string from = staged + "/" + kStagedManifest, to = staged + "/" + manifest;
  if (exists(from) && ::rename(from.c_str(), to.c_str()) != 0)
    return fail_errno(from, "cannot be renamed", errno);
  if (!exists(to))
    return fail(Code::kCorruption, to, "is missing from the staged directory", "restore again");
  return fsync_directory(staged);
}

/// write_file_atomic of a process that died leaves its temporary file.
void remove_temporaries(const std::string& staged) {
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(staged, ec)) {
    const std::string name = entry.path().filename().string();
    // And what only a standby that goes on with its log needs.
    const bool followed = name.starts_with(kBasePrefix) || name.starts_with("seabed.follow");
    if (followed || name.starts_with("CURRENT.tmp.") || name.starts_with(std::string(kStateFile) + ".tmp."))
      fs::remove(entry.path(), ec);
  }
}

/// Everything inside; from here on only LOCK keeps the directory closed.
Status place_files(const std::string& staged, StagedState& state,
                   const std::function<void(int)>& after_step) {
  const auto named = parse_db_file_name(state.manifest);
  if (!named || named->kind != DbFileKind::kManifest)
    return fail(Code::kCorruption, staged, "its state names no MANIFEST", "restore again");
  SEABED_CHECK(place_manifest(staged, state.manifest));
  after_step(1);
  SEABED_CHECK(remove_blocker(staged + "/CURRENT"));
  after_step(2);
  SEABED_CHECK(write_file_atomic(staged + "/CURRENT", state.manifest + "\n", 0640));
  after_step(3);
  state.phase = StagedPhase::kActivated;
  SEABED_CHECK(write_state(staged, state));
  after_step(4);
  return ok();
}

Status rename_last(const std::string& staged, const std::string& directory) {
  if (::rename(staged.c_str(), directory.c_str()) == 0) return ok();
  const int error = errno;
  SEABED_CHECK(check_target_is_free(directory));  // says it better when someone was faster
  return fail_errno(directory, "the staged directory cannot be renamed to it", error);
}

}  // namespace

Status activate_with_steps(const std::string& given, const std::function<void(int)>& after_step) {
  const std::string directory = without_trailing_slash(given), staged = staged_path(directory);
  if (!is_directory(staged)) return finished_before(directory);
  SEABED_CHECK(check_target_is_free(directory));
  SEABED_TRY(StagedState state, read_state(staged));
  if (state.phase == StagedPhase::kFilling)
    return fail(Code::kConflict, staged, "the restore into it was not finished", "restore again");
  if (state.phase == StagedPhase::kStandby) SEABED_CHECK(place_files(staged, state, after_step));
  SEABED_CHECK(remove_blocker(staged + "/LOCK"));
  remove_temporaries(staged);
  SEABED_CHECK(fsync_directory(staged));
  after_step(5);
  SEABED_CHECK(rename_last(staged, directory));
  after_step(6);
  return fsync_parent(directory);
}

}  // namespace seabed::rocksdb_source

namespace seabed {

std::string staged_path(const std::string& directory) {
  return rocksdb_source::without_trailing_slash(directory) + ".seabed-standby";
}

Status activate_staged(const std::string& directory) {
  return rocksdb_source::activate_with_steps(directory, [](int) {});
}

}  // namespace seabed
