// ACTIVATE STANDBY: what must hold before, and what changes.

#include <sys/stat.h>

#include <filesystem>

#include "core/catalog/destinations.h"
#include "core/catalog/events.h"
#include "core/engine/restore/newer_streams.h"
#include "core/engine/standby/standby.h"
#include "core/engine/standby/standby_archive.h"
#include "core/engine/standby/standby_row.h"
#include "core/source/restore_target.h"

namespace seabed {
namespace {

using standby::Standby;

ActivationCheck good(std::string what) { return {true, std::move(what), {}}; }
ActivationCheck bad(std::string what, std::string next) { return {false, std::move(what), std::move(next)}; }

bool is_directory(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

bool is_free(const std::string& path) {
  std::error_code ec;
  return !std::filesystem::exists(path, ec) || (is_directory(path) && std::filesystem::is_empty(path, ec));
}

ActivationCheck check_stream(const Standby& now, const restore::StreamResult& s) {
  const std::string final = now.source.directory + "/" + s.name;
  const std::string who = "log stream " + std::to_string(s.outcome.ls_id);
  if (!is_directory(staged_path(final)) && !(now.state.activated || is_directory(final)))
    return bad(who + ": " + staged_path(final) + " is gone", "restore the tenant again");
  if (is_directory(staged_path(final)) && !is_free(final))
    return bad(who + ": " + final + " exists and is not empty", "move it away");
  return good(who + " stands at SCN " + std::to_string(now.state.target) + " in " + staged_path(final));
}

}  // namespace

Result<std::vector<ActivationCheck>> check_activation(EngineContext& context, const std::string& tenant) {
  SEABED_TRY(const Standby now, standby::find_standby(context, tenant));
  std::vector<ActivationCheck> out;
  out.push_back(good("tenant " + tenant + " is a standby of " + now.state.backup_tenant));
  out.push_back(now.state.state == restore::State::kSuccess
                    ? good("its restore is complete")
                    : bad("its restore is not complete", "wait until it is"));
  out.push_back(now.state.remote
                    ? bad("it is a quick restore: its data files are on " + now.state.data_destination,
                          "hydrate it, or restore the tenant fully and activate that")
                    : good("its data files are here"));
  for (const restore::StreamResult& s : now.state.streams) out.push_back(check_stream(now, s));
  if (const std::string missing = restore::newer_streams_text(now.state.newer_streams);
      !missing.empty() && !now.state.activated)
    out.push_back({false, missing, "or activate it without them: `seabed tenant activate --without-newer-streams`", true});
  if (now.source.following)
    out.push_back(
        good("it follows " + now.source.value + ": activation ends that at " + now.state.target_display));
  return out;
}

Status activate_standby(Engine& engine, const std::string& tenant, bool without_newer_streams) {
  EngineContext& context = engine.context();
  SEABED_TRY(const auto checks, check_activation(context, tenant));
  for (const ActivationCheck& check : checks)
    if (!check.good && !(check.newer_streams && without_newer_streams))
      return fail(Code::kConflict, "tenant " + tenant, check.what, check.next_step);
  SEABED_CHECK(cancel_recovery(engine, tenant));
  SEABED_TRY(const Standby now, standby::find_standby(context, tenant));
  SEABED_CHECK(standby::end_round(engine, now.tenant));
  SEABED_CHECK(activate_tenant(context, now.source.directory, without_newer_streams));
  context.at_state("activate/PRIMARY");
  return context.catalog->transact([&](Transaction& tx) -> Status {
    const uint64_t id = now.tenant.tenant_id, incarnation = now.tenant.incarnation + 1;
    SEABED_CHECK(catalog::set_tenant_role(tx, id, "STANDBY", "PRIMARY"));
    SEABED_CHECK(catalog::set_tenant_incarnation(tx, id, incarnation));
    SEABED_TRY(auto streams, catalog::list_log_streams(tx, id));
    for (auto& stream : streams) {
      stream.incarnation = incarnation;
      SEABED_CHECK(catalog::put_log_stream(tx, stream));
    }
    SEABED_CHECK(catalog::drop_log_source(tx, id));
    // It holds another incarnation's log. The sets stay under their policy; the next one is a full one.
    SEABED_CHECK(catalog::clear_destination(tx, id, catalog::DestinationKind::kArchive));
    return catalog::record_event(tx, {0,
                                      "STANDBY",
                                      "ACTIVATE_STANDBY",
                                      {{"TENANT_NAME", tenant},
                                       {"TENANT_ID", std::to_string(id)},
                                       {"SCN", std::to_string(now.state.target)}},
                                      {}});
  });
}

}  // namespace seabed
