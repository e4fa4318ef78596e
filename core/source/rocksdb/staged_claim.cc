// Making a staged directory ours, and shut.

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "core/base/fd.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/staged_layout.h"

namespace seabed::rocksdb_source {
namespace {

namespace fs = std::filesystem;

bool is_directory(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

/// Database files, ours, the blockers, and the info logs that a refused open leaves.
bool may_be_removed(const std::string& name) {
  return is_database_file(name) || name.starts_with("seabed.") || name == "CURRENT" || name == "LOCK" ||
         name == "LOG" || name.starts_with("LOG.old.") || name.starts_with("CURRENT.tmp.");
}

bool is_bulk(const std::string& name) {
  const auto parsed = parse_db_file_name(name);
  return parsed && (parsed->kind == DbFileKind::kSst || parsed->kind == DbFileKind::kBlob);
}

Result<std::vector<std::string>> names_in(const std::string& directory) {
  std::vector<std::string> out;
  std::error_code ec;
  for (auto it = fs::directory_iterator(directory, ec); !ec && it != fs::directory_iterator();
       it.increment(ec))
    out.push_back(it->path().filename().string());
  if (ec) return fail_errno(directory, "cannot be listed", ec.value());
  return out;
}

Status check_ours(const std::string& staged) {
  const auto state = read_state(staged);
  if (!state)
    return fail(Code::kConflict, staged, "exists and was not made by a restore of Seabed", "move it away");
  if (state->phase == StagedPhase::kActivated)
    return fail(Code::kConflict, staged, "its activation has begun",
                "finish the activation, or remove it by hand");
  return ok();
}

Status check_names(const std::string& staged, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (!may_be_removed(name))
      return fail(Code::kConflict, staged + "/" + name, "was not written by Seabed", "move it away");
  return ok();
}

Status empty_ours(const std::string& staged, const std::vector<std::string>& names,
                  const std::set<std::string>& keep) {
  std::error_code ec;
  for (const std::string& name : names) {
    if (keep.contains(name) && is_bulk(name)) continue;
    if (name == kStateFile || name == "LOCK" || name == "CURRENT") continue;
    if (!fs::remove(staged + "/" + name, ec) && ec)
      return fail_errno(staged + "/" + name, "cannot be removed", ec.value());
  }
  return ok();
}

}  // namespace

Status block_opening(const std::string& directory) {
  for (const char* name : kBlockers) {
    const std::string path = directory + "/" + name;
    if (::mkdir(path.c_str(), 0700) != 0 && (errno != EEXIST || !is_directory(path)))
      return fail_errno(path, "cannot be created", errno);
  }
  return fsync_directory(directory);
}

Status claim_staged(const std::string& staged, uint64_t from_incarnation, const std::set<std::string>& keep) {
  SEABED_CHECK(make_directories(staged));
  SEABED_TRY(const std::vector<std::string> names, names_in(staged));
  if (!names.empty()) {
    SEABED_CHECK(check_ours(staged));
    SEABED_CHECK(check_names(staged, names));
  }
  SEABED_CHECK(
      write_state(staged, {StagedPhase::kFilling, {}, from_incarnation, 0}));  // before anything goes
  SEABED_CHECK(empty_ours(staged, names, keep));
  return block_opening(staged);
}

}  // namespace seabed::rocksdb_source
