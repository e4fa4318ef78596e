// RUN UPGRADE JOB "UPGRADE_ALL".

#include "core/catalog/events.h"
#include "core/engine/restore/media_facts.h"
#include "core/engine/standby/standby.h"

namespace seabed {
namespace {

struct Upgradable {
  catalog::TenantRow tenant;
  std::vector<catalog::LogStreamRow> streams;
};

Result<Upgradable> find(EngineContext& context, const std::string& name) {
  Upgradable out;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto tenant, catalog::find_tenant_by_name(tx, name));
    if (!tenant) return fail(Code::kNotFound, "tenant " + name, "is unknown", "see `seabed tenant list`");
    out.tenant = *tenant;
    SEABED_TRY(out.streams, catalog::list_log_streams(tx, tenant->tenant_id));
    return ok();
  }));
  if (out.tenant.role != "PRIMARY")
    return fail(Code::kConflict, "tenant " + name, "is a standby: it is upgraded after it was activated",
                "`seabed tenant activate` first (a quick restore cannot be)");
  return out;
}

Result<UpgradeOutcome> upgrade(EngineContext& context, const Upgradable& one, const OpenDatabaseFn& open) {
  UpgradeOutcome out{.tenant = one.tenant.name};
  for (const catalog::LogStreamRow& stream : one.streams) {
    if (stream.ls_id == 1) continue;
    SEABED_TRY(EngineAdapter * adapter, restore::adapter_of(context, stream.engine));
    if (adapter->host_version().empty()) {
      out.notes.push_back(stream.directory + ": its server's own library upgrades it when it opens it");
      continue;
    }
    out.to = adapter->host_version();
    const auto before = adapter->database_version(stream.directory);
    if (!before && before.error().code == Code::kNotFound) return fail(before.error());
    const std::string from = before ? *before : "unknown";
    if (out.from.empty() || out.from == out.to) out.from = from;
    if (from == out.to) {
      out.notes.push_back(stream.directory + ": was written by " + from + " already");
      continue;
    }
    SEABED_CHECK(open(stream.engine, stream.directory));
    out.notes.push_back(stream.directory + ": opened once, from " + from + " to " + out.to);
    context.at_state("upgrade/" + std::to_string(stream.ls_id));
  }
  return out;
}

}  // namespace

Result<std::vector<UpgradeOutcome>> run_upgrade(EngineContext& context,
                                                const std::vector<std::string>& tenants,
                                                const OpenDatabaseFn& open) {
  std::vector<Upgradable> found;
  for (const std::string& name : tenants) {
    SEABED_TRY(Upgradable one, find(context, name));
    found.push_back(std::move(one));
  }
  std::vector<UpgradeOutcome> out;
  for (const Upgradable& one : found) {
    SEABED_TRY(UpgradeOutcome done, upgrade(context, one, open));
    SEABED_CHECK(context.catalog->transact([&](Transaction& tx) {
      return catalog::record_event(tx, {0,
                                        "UPGRADE",
                                        "UPGRADE_ALL",
                                        {{"TENANT_NAME", done.tenant},
                                         {"FROM", done.from},
                                         {"VERSION", done.to},
                                         {"RESULT", "OK"},
                                         {"TENANT_ID", std::to_string(one.tenant.tenant_id)}},
                                        {}});
    }));
    out.push_back(std::move(done));
  }
  return out;
}

}  // namespace seabed
