#include "core/engine/quick/discard.h"

#include <algorithm>
#include <filesystem>

#include "core/engine/restore/dictionary_journal.h"
#include "core/engine/restore/restore_run.h"

namespace seabed::quick {
namespace {

namespace fs = std::filesystem;

Status check_staged(const std::string& directory, const restore::RestoreState& state) {
  for (const std::string& name : state.stream_names) {
    if (!restore::is_safe_component(name))
      return fail(Code::kCorruption, directory + "/" + restore::kTenantFile,
                  "names a directory that is no plain name");
    std::error_code ec;
    const std::string final = directory + "/" + name;
    if (fs::exists(final, ec) && !fs::is_empty(final, ec))
      return fail(Code::kConflict, final, "its activation has begun", "finish the activation, or remove it by hand");
  }
  return ok();
}

bool is_ours(const std::string& name, const restore::RestoreState& state) {
  if (name == "seabed_hydration" || name == restore::kDictionaryFold || name == restore::kDictionaryLog || name.starts_with("seabed_quick_keys") ||
      name.starts_with(std::string(restore::kTenantFile) + ".tmp."))
    return true;
  return std::ranges::any_of(state.stream_names, [&](const std::string& stream) {
    return name.starts_with("seabed_quick_" + stream + ".") || name == "seabed_mount_" + stream;
  });
}

/// The state goes last: until then a discard goes on where it stopped.
Result<Discarded> sorted_out(const std::string& directory, const restore::RestoreState& state) {
  Discarded out;
  std::error_code ec;
  for (auto it = fs::directory_iterator(directory, ec); !ec && it != fs::directory_iterator(); it.increment(ec)) {
    const std::string name = it->path().filename().string();
    if (name == restore::kTenantFile) continue;
    const bool staged = std::ranges::any_of(
        state.stream_names, [&](const std::string& s) { return it->path() == staged_path(directory + "/" + s); });
    (staged || is_ours(name, state) ? out.removed : out.left).push_back(name);
  }
  if (ec) return fail_errno(directory, "cannot be listed", ec.value());
  out.removed.push_back(restore::kTenantFile);
  return out;
}

Status remove_ours(const std::string& directory, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::error_code ec;
    fs::remove_all(directory + "/" + name, ec);
    if (ec) return fail_errno(directory + "/" + name, "cannot be removed", ec.value());
  }
  return ok();
}

}  // namespace

Result<Discarded> discard(EngineContext& context, const std::string& directory, bool dry_run) {
  SEABED_TRY(auto state, restore::read_state(directory));
  if (!state) return fail(Code::kNotFound, directory, "holds no restored tenant");
  SEABED_TRY(const Fd lock, restore::lock_directory(directory));
  SEABED_TRY(state, restore::read_state(directory));  // another process may have been here before the lock
  if (!state) return fail(Code::kNotFound, directory, "holds no restored tenant");
  if (state->activated)
    return fail(Code::kConflict, directory, "was activated: its directories are databases",
                "remove it by hand");
  SEABED_CHECK(check_staged(directory, *state));
  SEABED_TRY(const Discarded parts, sorted_out(directory, *state));
  if (dry_run) return parts;
  if (state->remote) release_quick_lease(context, directory, *state);
  for (const std::string& name : state->stream_names) SEABED_CHECK(discard_staged(directory + "/" + name));
  SEABED_CHECK(remove_ours(directory, parts.removed));
  std::error_code ec;
  if (parts.left.empty()) fs::remove(directory, ec);
  return parts;
}

}  // namespace seabed::quick
