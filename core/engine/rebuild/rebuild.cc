#include "core/engine/rebuild/rebuild.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/base/log.h"
#include "core/engine/rebuild/apply.h"

namespace seabed {
namespace {

using namespace rebuild;
using catalog::DestinationKind;

Result<KnownRows> known_of(EngineContext& context, uint64_t tenant_id) {
  return context.catalog->get<KnownRows>([&](Transaction& tx) { return load_known(tx, tenant_id); });
}

/// The round that an archiver of this process writes.
PlanOptions spare_live_round(const KnownRows& known, bool archiving_here) {
  PlanOptions options;
  if (!archiving_here || known.rounds.empty()) return options;
  const auto& newest = known.rounds.back();
  if (newest.status != "STOP") options.live = paths::PieceKey{newest.dest_id, newest.round_id, 0};
  return options;
}

/// Looks at the media first; the plan is made again inside the transaction that writes it.
Result<Plan> bring(EngineContext& context, uint64_t tenant_id, const std::vector<DestinationLook>& looks,
                   bool archiving_here, bool dry_run, bool asked) {
  Plan plan;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const KnownRows known, load_known(tx, tenant_id));
    PlanOptions options = spare_live_round(known, archiving_here);
    options.asked = asked;
    SEABED_TRY(plan, make_plan(known, looks, options));
    return dry_run ? ok() : apply_plan(tx, tenant_id, plan, asked ? "catalog_rebuilt" : "catalog_brought_forward");
  }));
  return plan;
}

Result<std::vector<std::string>> from_known(EngineContext& context, uint64_t tenant_id,
                                            std::optional<DestinationKind> only, bool live, bool dry_run,
                                            const CancelToken& cancel) {
  SEABED_TRY(const KnownRows known, known_of(context, tenant_id));
  std::vector<DestinationLook> looks;
  for (const auto& dest : known.destinations) {
    if (!dest.current || (only && dest.kind != *only)) continue;
    SEABED_TRY(auto look, look_at(context, dest.uri, known, cancel));
    look.destination.identity = dest.identity;
    looks.push_back(std::move(look));
  }
  SEABED_TRY(Plan plan, bring(context, tenant_id, looks, live, dry_run, false));
  return std::move(plan.changes);
}

class Rebuild {
 public:
  Rebuild(EngineContext& context, const RebuildRequest& request, const CancelToken& cancel)
      : context_(context), request_(request), cancel_(cancel) {}

  Result<RebuildReport> run() {
    SEABED_CHECK(sort_by_tenant());
    RebuildReport report;
    for (auto& [name, uris] : by_tenant_) {
      SEABED_TRY(auto one, rebuild_tenant(name, uris));
      report.tenants.push_back(std::move(one));
    }
    return report;
  }

 private:
  using Uris = std::vector<std::pair<std::string, DestinationFacts>>;

  Status sort_by_tenant() {
    if (request_.uris.empty()) return use_known();
    for (const std::string& uri : request_.uris) {
      SEABED_TRY(auto facts, read_facts(context_, uri));
      SEABED_CHECK(check_cluster(facts));
      if (!request_.tenant.empty() && facts.tenant_name != request_.tenant)
        return fail(Code::kConflict, "tenant " + request_.tenant,
                    "a given destination is of tenant " + facts.tenant_name, "give the destinations of this tenant");
      by_tenant_[facts.tenant_name].emplace_back(uri, facts);
    }
    return ok();
  }

  Status use_known() {
    if (request_.tenant.empty())
      return fail(Code::kInvalidArgument, "rebuild", "neither a tenant nor destinations are named",
                  "give --tenant, and --from for every destination of it");
    SEABED_TRY(auto row, tenant_row(request_.tenant));
    SEABED_TRY(const KnownRows known, known_of(context_, row.tenant_id));
    if (known.destinations.empty())
      return fail(Code::kConflict, "tenant " + row.name, "the catalog knows no destination of it",
                  "give them: --from data-uri --from archive-uri");
    for (const auto& dest : known.destinations) {
      SEABED_TRY(auto facts, read_facts(context_, dest.uri));
      by_tenant_[row.name].emplace_back(dest.uri, facts);
    }
    return ok();
  }

  Status check_cluster(const DestinationFacts& facts) const {
    if (facts.cluster_id == context_.cluster_id && facts.cluster_name == context_.cluster_name) return ok();
    return fail(Error{Code::kConflict, "destination " + std::to_string(facts.dest_id),
                      fmt::format("is of cluster {} ({}), this one is {} ({})", facts.cluster_name, facts.cluster_id,
                                  context_.cluster_name, context_.cluster_id),
                      "restore from it, or give this installation the cluster's name and id in its configuration", 0,
                      9081});
  }

  Result<catalog::TenantRow> tenant_row(const std::string& name) {
    SEABED_TRY(auto row, context_.catalog->get<std::optional<catalog::TenantRow>>(
                             [&](Transaction& tx) { return catalog::find_tenant_by_name(tx, name); }));
    if (row) return *row;
    return fail(Code::kNotFound, "tenant " + name, "is not in the configuration", "add its [[tenant]] table");
  }

  /// Mode, zone and id are written in the names and stamps on the media: the catalog follows them.
  Result<uint64_t> adopt_tenant(const catalog::TenantRow& row, const DestinationFacts& facts, std::string* change) {
    if ((!facts.mode.empty() && facts.mode != row.mode) || (!facts.time_zone.empty() && facts.time_zone != row.time_zone))
      return fail(Code::kConflict, "tenant " + row.name,
                  fmt::format("is {} in {} here, {} in {} on its media", row.mode, row.time_zone, facts.mode,
                              facts.time_zone),
                  "put the media's mode and time_zone into its [[tenant]] table; with an empty catalog, remove it first");
    if (facts.tenant_id == row.tenant_id) return row.tenant_id;
    *change = fmt::format("tenant {}: its id becomes {} (is {})", row.name, facts.tenant_id, row.tenant_id);
    if (request_.dry_run) return row.tenant_id;
    if (request_.archiving_here)
      return fail(Code::kConflict, "tenant " + row.name,
                  fmt::format("has the id {} here and {} on its media", row.tenant_id, facts.tenant_id),
                  "stop the agent, run this again, start it");
    SEABED_CHECK(context_.catalog->transact(
        [&](Transaction& tx) { return catalog::renumber_tenant(tx, row.tenant_id, facts.tenant_id); }));
    return follow_ids(facts.tenant_id);
  }

  Result<uint64_t> follow_ids(uint64_t mine) {
    SEABED_TRY(auto rows, context_.catalog->get<std::vector<catalog::TenantRow>>(
                              [](Transaction& tx) { return catalog::list_tenants(tx); }));
    for (TenantConfig& tenant : context_.tenants)
      for (const auto& row : rows)
        if (row.name == tenant.name) tenant.tenant_id = row.tenant_id;
    return mine;
  }

  Result<RebuildReport::Tenant> rebuild_tenant(const std::string& name, const Uris& uris) {
    SEABED_TRY(auto row, tenant_row(name));
    RebuildReport::Tenant out{.name = name};
    std::string renumbered;
    SEABED_TRY(out.tenant_id, adopt_tenant(row, uris.front().second, &renumbered));
    if (!renumbered.empty()) out.changes.push_back(renumbered);
    context_.at_state("rebuild/TENANT");
    SEABED_TRY(const KnownRows known, known_of(context_, out.tenant_id));
    std::vector<DestinationLook> looks;
    for (const auto& [uri, facts] : uris) {
      SEABED_TRY(auto look, look_at(context_, uri, known, cancel_));
      looks.push_back(std::move(look));
    }
    context_.at_state("rebuild/READ");
    SEABED_TRY(Plan plan, bring(context_, out.tenant_id, looks, request_.archiving_here, request_.dry_run, true));
    if (!request_.dry_run) context_.at_state("rebuild/WRITTEN");
    for (auto& text : plan.changes) out.changes.push_back(std::move(text));
    for (const auto& [parameter, value] : plan.parameters)
      out.changes.push_back("parameter " + parameter + " = " + value + ", as in the newest set");
    out.problems = std::move(plan.problems);
    return out;
  }

  EngineContext& context_;
  const RebuildRequest& request_;
  const CancelToken& cancel_;
  std::map<std::string, Uris> by_tenant_;
};

}  // namespace

Result<RebuildReport> rebuild_catalog(EngineContext& context, const RebuildRequest& request,
                                      const CancelToken& cancel) {
  return Rebuild(context, request, cancel).run();
}

Result<std::vector<std::string>> bring_forward(EngineContext& context, uint64_t tenant_id, MediaKind kind,
                                               const CancelToken& cancel) {
  const auto only = kind == MediaKind::kArchive ? DestinationKind::kArchive : DestinationKind::kData;
  SEABED_TRY(auto changes, from_known(context, tenant_id, only, false, false, cancel));
  if (changes.empty()) return changes;
  log::warn("the catalog was older than the media of tenant {}: {} things are brought forward; the media win", tenant_id,
            changes.size());
  for (const std::string& text : changes) log::warn("catalog of tenant {}: {}", tenant_id, text);
  return changes;
}

Result<std::vector<std::string>> compare_with_media(EngineContext& context, uint64_t tenant_id, bool live,
                                                    const CancelToken& cancel) {
  return from_known(context, tenant_id, std::nullopt, live, true, cancel);
}

}  // namespace seabed
