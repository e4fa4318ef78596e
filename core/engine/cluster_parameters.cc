#include "core/engine/cluster_parameters.h"

#include "core/catalog/cluster_parameters.h"
#include "core/catalog/delete_policies.h"
#include "core/catalog/destinations.h"
#include "core/catalog/tenants.h"
#include "core/media/cluster_parameter_file.h"
#include "core/media/format_file.h"

namespace seabed {
namespace {

using Values = std::vector<ClusterParameters::Value>;

Values changed(const std::vector<catalog::ParameterRow>& rows) {
  Values out;
  for (const auto& row : rows)
    if (!row.is_default && row.name != "external_kms_info" && row.name != "tde_method")
      out.push_back({row.name, row.value});
  return out;
}

ClusterParameters::Destination destination_of(const catalog::DestinationRow& row) {
  const bool archive = row.kind == catalog::DestinationKind::kArchive;
  return {row.dest_id,
          archive ? "archive" : "data",
          row.path,
          row.binding,
          archive ? row.piece_switch_interval_us : 0,
          row.state};
}

Result<ClusterParameters::Tenant> decisions_of(Transaction& tx, const catalog::TenantRow& row) {
  ClusterParameters::Tenant out{
      row.tenant_id, row.name, row.mode, row.time_zone, row.role, row.log_mode, {}, {}, {}};
  SEABED_TRY(const auto parameters, catalog::list_parameters(tx, row.tenant_id));
  out.parameters = changed(parameters);
  SEABED_TRY(const auto policies, catalog::list_delete_policies(tx, row.tenant_id));
  for (const auto& one : policies) out.policies.push_back({one.policy_name, one.recovery_window});
  SEABED_TRY(const auto destinations, catalog::list_destinations(tx, row.tenant_id));
  for (const auto& one : destinations)
    if (one.current) out.destinations.push_back(destination_of(one));
  return out;
}

bool lies_in(const Uri& inner, const Uri& outer) {
  auto host = [](const Uri& uri) { return uri.params.count("host") ? uri.params.at("host") : std::string(); };
  return inner.scheme == outer.scheme && host(inner) == host(outer) &&
         (inner.location == outer.location || inner.location.starts_with(outer.location + "/"));
}

/// No destination that any tenant has or had: a cleanup or a listing there would meet foreign files.
Status check_free(EngineContext& context, const Uri& uri) {
  SEABED_TRY(const auto rows, context.catalog->get<std::vector<catalog::DestinationRow>>(
                                  [&](Transaction& tx) -> Result<std::vector<catalog::DestinationRow>> {
                                    std::vector<catalog::DestinationRow> out;
                                    SEABED_TRY(const auto tenants, catalog::list_tenants(tx));
                                    for (const auto& tenant : tenants) {
                                      SEABED_TRY(auto some, catalog::list_destinations(tx, tenant.tenant_id));
                                      out.insert(out.end(), some.begin(), some.end());
                                    }
                                    return out;
                                  }));
  for (const auto& row : rows) {
    auto other = parse_uri(row.uri);
    if (other && (lies_in(uri, *other) || lies_in(*other, uri)))
      return fail(Error{Code::kConflict, uri.redacted(),
                        "is in use already, as destination " + std::to_string(row.dest_id) + " of tenant " +
                            std::to_string(row.tenant_id),
                        "give a path of its own", 0, 9066});
  }
  return ok();
}

}  // namespace

Result<ClusterParameters> read_decisions(EngineContext& context) {
  return context.catalog->get<ClusterParameters>([&](Transaction& tx) -> Result<ClusterParameters> {
    ClusterParameters out{context.cluster_id, context.cluster_name, context.clock->read().now, {}, {}};
    SEABED_TRY(const auto rows, catalog::list_cluster_parameters(tx));
    out.parameters = changed(rows);
    SEABED_TRY(const auto tenants, catalog::list_tenants(tx));
    for (const auto& tenant : tenants) {
      SEABED_TRY(auto one, decisions_of(tx, tenant));
      out.tenants.push_back(std::move(one));
    }
    return out;
  });
}

Result<std::string> backup_cluster_parameters(EngineContext& context, const std::string& text) {
  SEABED_TRY(const Uri uri, parse_uri(text));
  SEABED_CHECK(check_free(context, uri));
  SEABED_TRY(const auto store, context.storage->open(uri));
  const IoContext io{.deadline = after(context.limits.request_deadline)};
  SEABED_TRY(const auto owner, read_format(*store, io));
  if (owner)
    return fail(
        Error{Code::kConflict, uri.redacted(),
              "is a destination of tenant " + owner->tenant_name + " in cluster " + owner->cluster_name,
              "give a path of its own", 0, 9081});
  SEABED_TRY(const ClusterParameters values, read_decisions(context));
  return write_cluster_parameters(*store, values, io);
}

}  // namespace seabed
