#pragma once
// What the catalog knows of one tenant's media: one side of every comparison here.

#include <optional>
#include <vector>

#include "core/catalog/backup_jobs.h"
#include "core/catalog/backup_sets.h"
#include "core/catalog/destinations.h"
#include "core/catalog/operator_facts.h"
#include "core/catalog/rounds.h"
#include "core/catalog/tenants.h"
#include "core/media/paths.h"

namespace seabed::rebuild {

struct KnownRows {
  catalog::TenantRow tenant;
  std::vector<catalog::DestinationRow> destinations;
  std::vector<catalog::RoundRow> rounds;
  std::vector<catalog::PieceRow> pieces;
  std::vector<catalog::BackupSetRow> sets;
  std::vector<catalog::BackupJobRow> jobs;       // unfinished
  std::vector<catalog::SetTaskRow> tasks;        // of those
  catalog::OperatorFacts decided;                // and the ids that were given

  const catalog::DestinationRow* destination(uint64_t dest_id) const;
  const catalog::DestinationRow* current(catalog::DestinationKind kind) const;
  const catalog::RoundRow* round(uint64_t dest_id, uint64_t round_id) const;
  const catalog::PieceRow* piece(const paths::PieceKey& key) const;
  const catalog::BackupSetRow* set(uint64_t set_id) const;
  /// The unfinished job that builds a set.
  const catalog::BackupJobRow* job_of_set(uint64_t set_id) const;
  const catalog::SetTaskRow* task_of_job(uint64_t job_id) const;
  /// Nothing but the tenant: the catalog was lost, or never had a destination of it.
  bool empty() const { return destinations.empty() && rounds.empty() && sets.empty(); }
};

/// kNotFound when there is no such tenant.
Result<KnownRows> load_known(Transaction& tx, uint64_t tenant_id);

}  // namespace seabed::rebuild
