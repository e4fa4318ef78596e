#pragma once
// Internal: SQL functions that the views use, beyond what every SQL database has.

#include <soci/soci.h>

#include "core/base/status.h"

namespace seabed::catalog {

/// scn_display(scn, mode, zone): the reference's *_SCN_DISPLAY text; NULL for 0 or what cannot be shown.
/// scope_tenant(): `scope` at that moment, which lives as long as the session. And what MySQL's people type that SQLite
/// 3.40 does not have: now(zone), concat(…), timestampdiff('unit', from, to).
Status add_sql_functions(soci::session& session, const uint64_t& scope);

}  // namespace seabed::catalog
