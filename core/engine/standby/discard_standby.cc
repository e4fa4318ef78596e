// What a restore by name left is taken away again: the directory and the catalog's rows, in this order.

#include <chrono>
#include <filesystem>
#include <thread>

#include "core/catalog/destinations.h"
#include "core/catalog/events.h"
#include "core/engine/quick/hydrate.h"
#include "core/engine/standby/standby.h"
#include "core/engine/standby/standby_archive.h"
#include "core/engine/standby/standby_row.h"

namespace seabed {
namespace {

struct Rows {
  catalog::TenantRow tenant;
  catalog::LogSourceRow source;
};

Result<Rows> find_rows(EngineContext& context, const std::string& name) {
  return context.catalog->get<Rows>([&](Transaction& tx) -> Result<Rows> {
    SEABED_TRY(const auto tenant, catalog::find_tenant_by_name(tx, name));
    if (!tenant) return fail(Code::kNotFound, "tenant " + name, "is unknown", "see `seabed tenant list`");
    if (tenant->role != "STANDBY")
      return fail(Code::kConflict, "tenant " + name, "is no standby but " + tenant->role,
                  tenant->role == "RESTORE" ? "`seabed restore cancel`" : "a primary is never discarded");
    SEABED_TRY(const auto source, catalog::find_log_source(tx, tenant->tenant_id));
    if (!source) return fail(Code::kNotFound, "tenant " + name, "is no restored tenant");
    return Rows{*tenant, *source};
  });
}

/// Refused while somebody else works in it. The agent's own steps of following are short: they are waited for.
Result<quick::Discarded> what_would_go(EngineContext& context, const catalog::LogSourceRow& source) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (;;) {
    auto parts = quick::discard(context, source.directory, true);
    const bool busy = !parts && parts.error().code == Code::kConflict && source.following;
    if (!busy || std::chrono::steady_clock::now() >= until) return parts;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void stop_hydration(Engine& engine, const std::string& directory) {
  const std::string key = quick::hydration_key(directory);
  engine.background().cancel(key);
  while (engine.background().running(key)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

Status drop_rows(EngineContext& context, const Rows& rows) {
  return context.catalog->transact([&](Transaction& tx) -> Status {
    const uint64_t id = rows.tenant.tenant_id;
    SEABED_CHECK(catalog::put_log_restore_status(tx, id, {}));
    SEABED_CHECK(catalog::drop_log_source(tx, id));
    for (const auto kind : {catalog::DestinationKind::kArchive, catalog::DestinationKind::kData})
      SEABED_CHECK(catalog::clear_destination(tx, id, kind));
    SEABED_CHECK(catalog::drop_tenant(tx, id));
    return catalog::record_event(
        tx, {0, "STANDBY", "DISCARD_STANDBY", {{"TENANT_NAME", rows.tenant.name}, {"TENANT_ID", std::to_string(id)}}, {}});
  });
}

}  // namespace

Result<quick::Discarded> discard_standby(Engine& engine, const std::string& tenant, bool dry_run) {
  EngineContext& context = engine.context();
  SEABED_TRY(const Rows rows, find_rows(context, tenant));
  const std::string& directory = rows.source.directory;
  SEABED_TRY(const auto state, restore::read_state(directory));
  if (state && state->activated)
    return fail(Code::kConflict, "tenant " + tenant, "its activation has begun", "`seabed tenant activate` finishes it");
  quick::Discarded parts;
  if (!dry_run) stop_hydration(engine, directory);  // it goes on at the agent's next start, should this be refused
  if (state) {  // before following and archiving are stopped
    SEABED_TRY(parts, what_would_go(context, rows.source));
  }
  if (dry_run) return parts;
  if (state) SEABED_CHECK(cancel_recovery(engine, tenant));
  SEABED_CHECK(standby::end_round(engine, rows.tenant));
  if (state) {
    SEABED_TRY(parts, quick::discard(context, directory));
  }
  context.at_state("discard/FILES");
  SEABED_CHECK(drop_rows(context, rows));
  return parts;
}

Result<std::string> standby_in(EngineContext& context, const std::string& directory) {
  return context.catalog->get<std::string>([&](Transaction& tx) -> Result<std::string> {
    const auto place = [](const std::string& path) {
      std::error_code ec;
      return std::filesystem::weakly_canonical(path, ec);
    };
    SEABED_TRY(const auto sources, catalog::list_log_sources(tx));
    for (const auto& source : sources) {
      if (place(source.directory) != place(directory)) continue;
      SEABED_TRY(const auto tenant, catalog::find_tenant(tx, source.tenant_id));
      if (tenant && tenant->role == "STANDBY") return tenant->name;
    }
    return std::string();
  });
}

}  // namespace seabed
