#include "core/engine/quick/discard.h"

#include <algorithm>
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
    const std::string final = directory + "/" + name;
    if (fs::exists(final, ec) && !fs::is_empty(final, ec))
      return fail(Code::kConflict, final, "its activation has begun", "finish the activation, or remove it by hand");
  }
  for (const std::string& name : state.stream_names) SEABED_CHECK(discard_staged(directory + "/" + name));
  return ok();
}

bool is_ours(const std::string& name, const restore::RestoreState& state) {
  if (name == "seabed_hydration" || name.starts_with("seabed_quick_keys") ||
      name.starts_with(std::string(restore::kTenantFile) + ".tmp."))
    return true;
  return std::ranges::any_of(state.stream_names, [&](const std::string& stream) {
    return name.starts_with("seabed_quick_" + stream + ".") || name == "seabed_mount_" + stream;
  });
}

/// The state goes last: until then a discard goes on where it stopped.
Status remove_ours(const std::string& directory, const restore::RestoreState& state) {
  std::error_code ec;
  std::vector<fs::path> paths;
  for (auto it = fs::directory_iterator(directory, ec); !ec && it != fs::directory_iterator();
       it.increment(ec))
    if (is_ours(it->path().filename().string(), state))
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
  SEABED_TRY(auto state, restore::read_state(directory));
  if (!state) return fail(Code::kNotFound, directory, "holds no restored tenant");
  SEABED_TRY(const Fd lock, restore::lock_directory(directory));
  SEABED_TRY(state, restore::read_state(directory));  // another process may have been here before the lock
  if (!state) return fail(Code::kNotFound, directory, "holds no restored tenant");
  if (state->activated)
    return fail(Code::kConflict, directory, "was activated: its directories are databases",
                "remove it by hand");
  if (state->remote) release_quick_lease(context, directory, *state);
  SEABED_CHECK(remove_staged(directory, *state));
  SEABED_CHECK(remove_ours(directory, *state));
  std::error_code ec;
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(directory, ec))
    left.push_back(entry.path().filename().string());
  if (left.empty()) fs::remove(directory, ec);
  return left;
}

}  // namespace seabed::quick
