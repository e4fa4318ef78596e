// The entry: look, refuse what is impossible, then execute (or go on with) the plan.

#include "core/engine/keys/reading_keys.h"
#include "core/engine/restore/reading_leases.h"
#include "core/engine/restore/restore_run.h"

namespace seabed {
namespace {

using restore::RestoreState;

Status check_directory_name(const std::string& directory) {
  if (directory.size() > 1 && directory.front() == '/' && directory.back() != '/' &&
      directory.find("/../") == directory.npos && !directory.ends_with("/.."))
    return ok();
  return fail(Code::kInvalidArgument, directory, "is no absolute path of a directory without '..'",
              "give the full path of a new directory");
}

}  // namespace

Status restore::check_own_library(const RestoreRequest& request) {
  if (!request.own_library || !request.quick) return ok();
  return fail(Code::kInvalidArgument, "--own-library", "is of a full restore: this host's RocksDB reads a quick one",
              "restore fully");
}

Result<std::optional<RestoreState>> restore::unfinished_restore(const RestoreRequest& request, const Media& media) {
  SEABED_TRY(auto state, restore::read_state(request.directory));
  if (!state) return std::nullopt;
  const std::string what = "tenant " + state->backup_tenant + " at " + state->target_display;
  if (state->activated || state->state == restore::State::kSuccess)
    return fail(Code::kConflict, request.directory, what + " was restored there",
                state->activated ? "give a new directory" : "activate it, or give a new directory");
  if (state->backup_tenant_id != media.tenant.tenant_id() || state->cluster_id != media.tenant.cluster_id())
    return fail(Code::kConflict, request.directory, "holds an unfinished restore of " + what,
                "remove the directory, or give a new one");
  if (state->remote != request.quick)
    return fail(Code::kConflict, request.directory,
                std::string("holds an unfinished ") + (state->remote ? "quick" : "full") + " restore of " + what,
                "restore by the same method, or remove the directory");
  return state;
}

namespace {

RestoreSource source_of(const RestoreRequest& request) {
  RestoreSource source = request.source;
  if (!request.passwords.empty()) source.keys.passwords = request.passwords;
  if (!request.key_uri.empty()) source.keys.key_uri = request.key_uri, source.keys.key_password = request.key_password;
  return source;
}

/// An unfinished restore to "latest" goes on to the target that it began with.
Result<Scn> target_of(const RestoreRequest& request, const restore::Media& media,
                      const std::optional<RestoreState>& earlier) {
  if (earlier && request.until.kind == RestoreTargetPoint::Kind::kLatest) return earlier->target;
  SEABED_TRY(Scn target, restore::resolve_target(media, request.until));
  if (!earlier || earlier->target == target) return target;
  return fail(Code::kConflict, request.directory, "holds an unfinished restore to " + earlier->target_display,
              "restore to that target, or remove the directory");
}

}  // namespace

Result<RestoreOutcome> run_restore(EngineContext& context, const RestoreRequest& request,
                                   const ProgressFn& progress, const CancelToken& cancel) {
  if (!request.preview) SEABED_CHECK(check_directory_name(request.directory));
  SEABED_CHECK(restore::check_own_library(request));
  const RestoreSource source = source_of(request);
  SEABED_TRY(auto media, restore::load_media(context, source, cancel));
  std::optional<RestoreState> earlier;
  if (!request.preview) {
    SEABED_TRY(earlier, restore::unfinished_restore(request, *media));
  }
  SEABED_TRY(Scn target, target_of(request, *media, earlier));
  // With the keys, of a preview too: what it says is what the restore would do.
  restore::PresenceCheck presence;
  SEABED_TRY(restore::Plan plan, restore::make_plan(context, *media, target, request.own_library, true, &presence));
  if (request.preview) {
    SEABED_CHECK(presence.end(&plan.warnings));
    RestoreOutcome preview;
    preview.plan = plan.summary;
    preview.warnings = plan.warnings;
    return preview;
  }
  SEABED_CHECK(keep_restored_keys(context, source.keys, media->tenant.cluster_id(), media->tenant.tenant_id(), cancel));
  SEABED_CHECK(make_directories(request.directory));
  SEABED_TRY(Fd lock, restore::lock_directory(request.directory));
  // Since the first look another process may have finished, activated or begun something here.
  SEABED_TRY(earlier, restore::unfinished_restore(request, *media));
  if (earlier && earlier->target != plan.summary.target)
    return fail(Code::kConflict, request.directory, "holds an unfinished restore to " + earlier->target_display,
                "restore to that target, or remove the directory");
  if (!earlier || (earlier->stream_names.empty() && earlier->auxiliary.empty()))
    SEABED_CHECK(restore::refuse_used_directory(request.directory));  // before anything is written there
  SEABED_TRY(const auto leases, restore::hold_sources(context, request, *media, plan, cancel));
  SEABED_CHECK(presence.end(&plan.warnings));
  if (leases)
    for (const std::string& warning : leases->warnings()) plan.warnings.push_back(warning);
  // Another base or other pieces than before: nothing that is finished there fits.
  if (earlier && earlier->sets != plan.summary.sets) earlier->streams.clear();
  restore::RestoreRun run(context, request, *media, std::move(plan), progress, cancel, leases != nullptr);
  auto outcome = run.run(std::move(earlier));
  if (outcome && leases) leases->finished();
  if (!outcome && outcome.error().code == Code::kCancelled && leases) leases->leave();  // it goes on later
  return outcome;
}

}  // namespace seabed
