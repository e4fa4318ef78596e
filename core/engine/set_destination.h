#pragma once
// SET of a destination (reference: statements section 3, parameters section 4): reach it, claim it by its format file,
// probe it, and only then write the catalog.

#include "core/catalog/destinations.h"
#include "core/catalog/tenants.h"
#include "core/engine/job/context.h"
#include "core/media/format_file.h"

namespace seabed {

/// `wanted`: kind, uri, binding, interval, state; the rest is filled here. The row that is current afterwards.
Result<catalog::DestinationRow> set_destination(EngineContext& context, const catalog::TenantRow& tenant,
                                                catalog::DestinationRow wanted);

/// What the format file and the check file of a destination say.
DestinationFacts destination_facts(const EngineContext& context, const catalog::TenantRow& tenant,
                                   const catalog::DestinationRow& dest);

/// Media without append get one object a shipment, so archive_lag_target must be 60 s or more there.
Status check_lag_target(const ObjectStore& store, uint64_t lag_us);

/// "1d", "36h", "90m", "300s" in [1d, 7d]; SEABED_TEST_MIN_PIECE_SECONDS lowers the floor for tests.
Result<uint64_t> parse_piece_interval(const std::string& text);
/// "Optional" or "Mandatory" in any case -> "OPTIONAL", "MANDATORY".
Result<std::string> parse_binding(const std::string& text);

}  // namespace seabed
