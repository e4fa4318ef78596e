// From a standby to a database: every stream, then the tenant's state. Calling it again finishes what a crash
// left.

#include <filesystem>

#include "core/engine/restore/dictionary_journal.h"
#include "core/engine/restore/newer_streams.h"
#include "core/engine/restore/restore_run.h"

namespace seabed {
namespace {

/// A step of the following was killed behind its cut, before the files beside the streams.
Status finish_behind(EngineContext& context, const std::string& directory, restore::RestoreState* state) {
  Status done = restore::finish_auxiliary(context, directory, state);
  if (done || done.error().code != Code::kUnsupported) return done;
  return fail(Code::kConflict, directory, "its auxiliary files do not stand at its cut yet",
              "let the standby follow once more: it finishes them");
}

}  // namespace

Status activate_tenant(EngineContext& context, const std::string& directory, bool without_newer_streams) {
  SEABED_TRY(auto state, restore::read_state(directory));
  if (!state) return fail(Code::kNotFound, directory, "holds no restored tenant", "restore into it first");
  if (state->state != restore::State::kSuccess)
    return fail(Code::kConflict, directory,
                "the restore is not complete: " + std::string(restore::tenant_status(state->state)) +
                    (state->comment.empty() ? "" : ", " + state->comment),
                "restore again with the same target: it goes on where it stopped");
  if (state->remote)
    return fail(Code::kUnsupported, directory,
                "is a quick restore: its data files are on " + state->data_destination +
                    ", so it stays a standby and cannot be activated",
                "bring its files first: `seabed tenant hydrate`");
  SEABED_TRY(Fd lock, restore::lock_directory(directory));
  SEABED_TRY(state, restore::read_state(directory));  // another process may have been here before the lock
  if (!state || state->state != restore::State::kSuccess || state->remote)
    return fail(Code::kConflict, directory, "changed while it was to be activated", "look again");
  if (!state->newer_streams.empty() && !without_newer_streams && !state->activated)
    return fail(Code::kConflict, directory, restore::newer_streams_text(state->newer_streams),
                "or activate it without them: `seabed tenant activate --without-newer-streams`");
  if (state->auxiliary_behind) SEABED_CHECK(finish_behind(context, directory, &*state));
  for (const restore::StreamResult& stream : state->streams) {
    if (!restore::is_safe_component(stream.name))
      return fail(Code::kCorruption, directory + "/" + restore::kTenantFile,
                  "names a directory that is no plain name");
    SEABED_CHECK(settle_staged(directory + "/" + stream.name, state->target));
    SEABED_CHECK(activate_staged(directory + "/" + stream.name));
    context.at_state("activate/" + stream.name);
  }
  if (!state->activated) {
    state->activated = true;
    SEABED_CHECK(restore::write_state(directory, *state));
  }
  std::error_code ec;
  std::filesystem::remove_all(directory + "/" + restore::kPinFolder, ec);  // links only; what is left is in nobody's way
  return restore::remove_dictionary(directory);
}

}  // namespace seabed
