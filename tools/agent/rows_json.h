#pragma once
// Catalog rows as the CLI's JSON. Keys are the columns' names; *_scn has a *_scn_display in the tenant's time
// zone.

#include "core/engine/engine.h"
#include "tools/cli/error_json.h"

namespace seabed {

Json tenant_json(const catalog::TenantRow& row);
Json destination_json(const catalog::DestinationRow& row);
Json archive_json(const ArchiveView& view);
Json set_json(const catalog::BackupSetRow& row, const catalog::TenantRow& tenant);
/// Also of `seabed doctor`. `level`: ok, warning or error.
Json finding_json(const PreflightFinding& finding);
Json backup_json(const BackupView& view, const catalog::TenantRow& tenant);

/// Null for 0.
Json display(Scn scn, const catalog::TenantRow& tenant);
/// "1d", "36h", "2s".
std::string interval_text(uint64_t microseconds);

}  // namespace seabed
