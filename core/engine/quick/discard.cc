#include "core/engine/quick/discard.h"

#include <filesystem>

#include "core/engine/restore/restore_run.h"

namespace seabed::quick {
namespace {

namespace fs = std::filesystem;

Status remove_staged(const std::string& directory, const restore::RestoreState& state) {
  for (const std::string& name : state.stream_names) {
    if (!restore::is_safe_component(name))
      return fail(Code::kCorruption, directory + "/" + restore::kTenantFile,
                  "names a directory that is no plain name");
    std::error_code ec;
    fs::remove_all(staged_path(directory + "/" + name), ec);
    if (ec) return fail_errno(staged_path(directory + "/" + name), "cannot be removed", ec.value());
  }
  return ok();
}

/// "seabed_…" of ours; the state goes last: until then a discard goes on where it stopped.
Status remove_ours(const std::string& directory) {
  std::error_code ec;
  std::vector<fs::path> paths;
  for (auto it = fs::directory_iterator(directory, ec); !ec && it != fs::directory_iterator();
       it.increment(ec))
    if (it->path().filename().string().starts_with("seabed_") &&
        it->path().filename() != restore::kTenantFile)
      paths.push_back(it->path());
  if (ec) return fail_errno(directory, "cannot be listed", ec.value());
  paths.push_back(directory + "/" + restore::kTenantFile);
  for (const fs::path& path : paths) {
    fs::remove_all(path, ec);
    if (ec) return fail_errno(path.string(), "cannot be removed", ec.value());
  }
  return ok();
}

}  // namespace

Result<std::vector<std::string>> discard(EngineContext& context, const std::string& directory) {
  SEABED_TRY(const auto state, restore::read_state(directory));
  if (!state) return fail(Code::kNotFound, directory, "holds no restored tenant");
  if (state->activated)
    return fail(Code::kConflict, directory, "was activated: its directories are databases",
                "remove it by hand");
  SEABED_TRY(const Fd lock, restore::lock_directory(directory));
  if (state->remote) release_quick_lease(context, directory, *state);
  SEABED_CHECK(remove_staged(directory, *state));
  SEABED_CHECK(remove_ours(directory));
  std::error_code ec;
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(directory, ec))
    left.push_back(entry.path().filename().string());
  if (left.empty()) fs::remove(directory, ec);
  return left;
}

}  // namespace seabed::quick
