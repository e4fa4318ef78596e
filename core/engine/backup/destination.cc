#include "core/engine/backup/destination.h"

#include "core/catalog/catalog.h"
#include "core/media/format_file.h"

namespace seabed::backup {

Result<DataDestination> find_data_destination(EngineContext& context, uint64_t tenant_id, uint64_t dest_id) {
  DataDestination out;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto tenant, catalog::find_tenant(tx, tenant_id));
    if (!tenant)
      return fail(Code::kNotFound, "tenant " + std::to_string(tenant_id), "is not known", "name a configured tenant");
    SEABED_TRY(auto row, dest_id != 0 ? catalog::find_destination(tx, dest_id)
                                      : catalog::current_destination(tx, tenant_id, catalog::DestinationKind::kData));
    if (!row)
      return fail(Error{Code::kConflict, tenant->name, "backup dest is not set",
                        "give the tenant a data backup destination", 0, 9040});
    out.tenant = *tenant;
    out.row = *row;
    return ok();
  }));
  return out;
}

Status open_data_destination(EngineContext& context, DataDestination* dest) {
  SEABED_TRY(Uri uri, parse_uri(dest->row.uri));
  SEABED_TRY(dest->store, context.storage->open(uri));
  IoContext io;
  io.deadline = after(context.limits.request_deadline);
  DestinationFacts facts;
  facts.cluster_id = context.cluster_id;
  facts.cluster_name = context.cluster_name;
  facts.tenant_id = dest->tenant.tenant_id;
  facts.tenant_name = dest->tenant.name;
  facts.dest_id = dest->row.dest_id;
  facts.use = DestinationUse::kData;
  return check_format(*dest->store, facts, io);
}

}  // namespace seabed::backup
