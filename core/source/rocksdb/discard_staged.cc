// Taking a staged directory away again (restore_target.h: discard_staged).

#include <sys/stat.h>

#include <filesystem>

#include "core/base/fd.h"
#include "core/source/restore_target.h"
#include "core/source/rocksdb/staged_layout.h"

namespace seabed {

Status discard_staged(const std::string& directory) {
  using namespace rocksdb_source;
  namespace fs = std::filesystem;
  const std::string staged = staged_path(directory);
  struct stat st {};
  if (::lstat(staged.c_str(), &st) != 0) return ok();
  const auto state = read_state(staged);
  if (state && state->phase == StagedPhase::kActivated)
    return fail(Code::kConflict, staged, "its activation has begun",
                "finish the activation, or remove it by hand");
  // Checks that everything in it is ours, and leaves the state file for the last: a crash in between is found
  // again.
  std::error_code ec;
  const bool marked_only = !state && state.error().code == Code::kNotFound && fs::is_empty(staged, ec);
  if (!marked_only) SEABED_CHECK(claim_staged(staged, state ? state->from_incarnation : 0));
  for (const char* blocker : kBlockers) fs::remove(staged + "/" + blocker, ec);
  fs::remove(staged + "/" + kStateFile, ec);
  if (!fs::remove(staged, ec) && ec) return fail_errno(staged, "cannot be removed", ec.value());
  return fsync_directory(fs::path(staged).parent_path().string());
}

}  // namespace seabed
