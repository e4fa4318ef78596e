#pragma once
// Holes in the log (something was not logged) and the sets that bridge them. The media have them too.

#include <cstdint>

#include "core/catalog/catalog.h"
#include "core/format/log_types.h"

namespace seabed::catalog {

struct HoleRow {
  uint64_t tenant_id = 0, dest_id = 0, round_id = 0, piece_id = 0, ls_id = 0;
  uint64_t scn_lo = 0;                 // with the keys above: the identity of a hole
  uint64_t scn_hi = 0;
  Lsn lsn;
  uint64_t incarnation = 1;
  std::string reason;
  Opaque detail;                       // the adapter's
  std::string status = "OPEN";         // OPEN, BRIDGING, CLOSED
  uint64_t closed_by_set = 0, closed_scn = 0;
};

/// A hole that is there already (same key and lsn) is a success and changes nothing.
Status put_hole(Transaction& tx, const HoleRow& row);
/// By (tenant, dest, round, ls, scn_lo, lsn), guarded by the status.
Status update_hole(Transaction& tx, const HoleRow& row, const std::string& expected);
/// By rising scn_lo; tenant 0: all. `status` empty: every one.
Result<std::vector<HoleRow>> list_holes(Transaction& tx, uint64_t tenant_id, const std::string& status = {});

}  // namespace seabed::catalog
