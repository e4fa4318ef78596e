#pragma once
// Internal: SQL functions that the views use, beyond what every SQL database has.

#include <soci/soci.h>

#include "core/base/status.h"

namespace seabed::catalog {

/// scn_display(scn, mode, zone): the reference's *_SCN_DISPLAY text; NULL for 0 or what cannot be shown.
Status add_sql_functions(soci::session& session);

}  // namespace seabed::catalog
