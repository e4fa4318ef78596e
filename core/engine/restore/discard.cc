// What CANCEL leaves of a restore: nothing that Seabed wrote.

#include <filesystem>

#include "core/engine/quick/quick_tenant.h"
#include "core/engine/restore/dictionary_journal.h"
#include "core/engine/restore/dictionary_journal.h"
#include "core/engine/restore/restore_run.h"

namespace seabed {
namespace {

namespace fs = std::filesystem;

Status remove_own(const std::string& path) {
  std::error_code ec;
  fs::remove_all(path, ec);
  return ec ? fail_errno(path, "cannot be removed", ec.value()) : ok();
}

}  // namespace

Status discard_restore(EngineContext& context, const std::string& directory) {
  SEABED_TRY(auto state, restore::read_state(directory));
  if (!state) return ok();
  {
    SEABED_TRY(Fd lock, restore::lock_directory(directory));
    SEABED_TRY(state, restore::read_state(directory));  // another process may have been here before the lock
    if (!state) return ok();
    if (state->activated)
      return fail(Code::kConflict, directory, "was activated: it is a database now", "remove it by hand");
    for (const std::string& name : state->stream_names) {
      if (!restore::is_safe_component(name))
        return fail(Code::kCorruption, directory + "/" + restore::kTenantFile,
                    "names a directory that is no plain name", "remove the directory by hand");
      SEABED_CHECK(discard_staged(directory + "/" + name));
      for (const char* part : {".files", ".blocks", ".cache"})
        SEABED_CHECK(remove_own(quick::index_path(directory, name) + part));
      context.at_state("discard/" + name);
    }
    if (state->remote) quick::release_quick_lease(context, directory, *state);  // held from the restore's beginning
    for (const char* own : {"seabed_quick_keys", restore::kDictionaryFold, restore::kDictionaryLog})
      SEABED_CHECK(remove_own(directory + "/" + own));
    SEABED_CHECK(remove_own(directory + "/" + restore::kPinFolder));
    SEABED_CHECK(restore::remove_dictionary(directory));
    SEABED_CHECK(restore::remove_auxiliary(directory, state->auxiliary));
    SEABED_CHECK(remove_own(directory + "/" + restore::kTenantFile));  // last: it names the rest
    SEABED_CHECK(fsync_directory(directory));
  }
  return ok();
}

}  // namespace seabed
