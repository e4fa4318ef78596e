#pragma once
// Who may write a log stream at a destination. Fencing itself is in the format (design.md section 4).

#include <cstdint>

#include "core/base/scn.h"
#include "core/catalog/catalog.h"

namespace seabed::catalog {

struct LeaseRow {
  uint64_t dest_id = 0, ls_id = 0;
  uint64_t epoch = 0;                  // rises with every owner, never goes back
  std::string owner;                   // EngineContext::owner; empty: released
  Scn expires_scn = 0;
};

/// A new epoch for `owner`: the larger of the stored one and `at_least`, plus 1. kConflict while another owner's lease
/// has not passed expires_scn + grace_ns (Error::retry_after_ms says how long). The same owner just gets a new epoch.
Result<LeaseRow> acquire_lease(Transaction& tx, uint64_t dest_id, uint64_t ls_id, const std::string& owner, Scn now,
                               Scn expires, uint64_t grace_ns, uint64_t at_least = 0);
/// kFenced when owner or epoch is not the stored one.
Status renew_lease(Transaction& tx, const LeaseRow& lease);
/// The epoch stays. Not an error when it is another's by now.
Status release_lease(Transaction& tx, const LeaseRow& lease);
Result<std::optional<LeaseRow>> find_lease(Transaction& tx, uint64_t dest_id, uint64_t ls_id);
Result<std::vector<LeaseRow>> list_leases(Transaction& tx);

}  // namespace seabed::catalog
