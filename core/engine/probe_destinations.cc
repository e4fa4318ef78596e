#include "core/engine/probe_destinations.h"

#include <cstdlib>

#include "core/base/log.h"
#include "core/engine/set_destination.h"

namespace seabed {
namespace {

struct Probed {
  catalog::TenantRow tenant;
  catalog::DestinationRow dest;
};

Result<std::vector<Probed>> current_destinations(EngineContext& context) {
  return context.catalog->get<std::vector<Probed>>([](Transaction& tx) -> Result<std::vector<Probed>> {
    std::vector<Probed> out;
    SEABED_TRY(const auto tenants, catalog::list_tenants(tx));
    for (const auto& tenant : tenants) {
      SEABED_TRY(const auto rows, catalog::list_destinations(tx, tenant.tenant_id));
      for (const auto& row : rows)
        if (row.current) out.push_back({tenant, row});
    }
    return out;
  });
}

Status probe(EngineContext& context, const Probed& one, const CancelToken& cancel) {
  SEABED_TRY(const Uri uri, parse_uri(one.dest.uri));
  SEABED_TRY(const auto store, context.storage->open(uri));
  const IoContext io{.deadline = after(context.limits.request_deadline), .cancel = &cancel};
  const DestinationFacts facts = destination_facts(context, one.tenant, one.dest);
  SEABED_CHECK(check_format(*store, facts, io));
  SEABED_TRY(const std::string name, probe_destination(*store, facts, *context.clock, io));
  return context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto row, catalog::find_destination(tx, one.dest.dest_id));  // what else it says may have changed
    if (!row) return ok();
    row->check_file = name;
    row->last_check_us = context.clock->read().now / 1000;
    return catalog::update_destination(tx, *row);
  });
}

std::chrono::milliseconds interval() {
  const char* test = std::getenv("SEABED_TEST_PROBE_SECONDS");
  return test ? std::chrono::seconds(std::strtoul(test, nullptr, 10)) : std::chrono::minutes(10);
}

}  // namespace

Status probe_destinations(EngineContext& context, const CancelToken& cancel) {
  SEABED_TRY(const auto all, current_destinations(context));
  std::optional<Error> first;
  for (const Probed& one : all) {
    const Status done = probe(context, one, cancel);
    if (cancel.cancelled()) return fail(Code::kCancelled, "probe of destinations", "was cancelled");
    if (done) continue;
    log::warn("tenant {}: the probe of {} failed: {}", one.tenant.name, one.dest.path, done.error().message());
    if (first) first->reason += "; " + done.error().message();
    else first = done.error();
  }
  return first ? Status(fail(std::move(*first))) : ok();
}

Status start_probes(EngineContext& context, Background& background) {
  return background.every("probe", interval(), [] { return interval(); },
                          [&context](const CancelToken& cancel) { return probe_destinations(context, cancel); });
}

}  // namespace seabed
