#include "core/engine/clean/clean_facts.h"

#include <cstdio>

#include "core/catalog/delete_policies.h"
#include "core/catalog/destinations.h"
#include "core/catalog/holes.h"
#include "core/catalog/restore_jobs.h"

namespace seabed::clean {
namespace {

void use_everything(Stock& stock) {
  for (const auto& set : stock.sets) stock.used_sets.insert(set.backup_set_id);
  for (const auto& piece : stock.pieces) stock.used_pieces.insert({piece.dest_id, piece.piece_id});
}

/// "backup_set_3_full,backup_set_4_inc". False: not understood.
bool use_sets(Stock& stock, const std::string& list) {
  size_t at = 0;
  while (at < list.size()) {
    unsigned long long id = 0;
    const size_t end = std::min(list.find(',', at), list.size());
    if (std::sscanf(list.substr(at, end - at).c_str(), "backup_set_%llu_", &id) != 1) return false;
    stock.used_sets.insert(id);
    at = end + 1;
  }
  return !list.empty();
}

/// A used set keeps the log from its start on; so a restore's pieces stay with its sets.
Status protect_restores(Transaction& tx, Stock& stock, uint64_t tenant_id) {
  SEABED_TRY(const auto jobs, catalog::list_restore_jobs(tx));
  for (const auto& job : jobs) {
    const bool over = job.status == "RESTORE_SUCCESS" || job.status == "RESTORE_FAIL";
    if (!over && job.backup_tenant_id == tenant_id && !use_sets(stock, job.backup_set_list))
      use_everything(stock);
  }
  return ok();
}

Result<uint64_t> current_id(Transaction& tx, uint64_t tenant_id, catalog::DestinationKind kind) {
  SEABED_TRY(const auto row, catalog::current_destination(tx, tenant_id, kind));
  return row ? row->dest_id : uint64_t{0};
}

}  // namespace

Result<CleanFacts> read_clean_facts(EngineContext& context, uint64_t tenant_id) {
  return context.catalog->get<CleanFacts>([&](Transaction& tx) -> Result<CleanFacts> {
    CleanFacts facts;
    SEABED_TRY(facts.stock.sets, catalog::list_backup_sets(tx, tenant_id));
    SEABED_TRY(facts.stock.pieces, catalog::list_pieces(tx, tenant_id));
    SEABED_TRY(facts.stock.holes, catalog::list_holes(tx, tenant_id));
    SEABED_TRY(facts.stock.data_dest, current_id(tx, tenant_id, catalog::DestinationKind::kData));
    SEABED_TRY(facts.stock.archive_dest, current_id(tx, tenant_id, catalog::DestinationKind::kArchive));
    SEABED_TRY(const auto policies, catalog::list_delete_policies(tx, tenant_id));
    if (!policies.empty()) {
      facts.policy = policies.front().policy_name;
      SEABED_TRY(facts.window_us, catalog::parse_recovery_window(policies.front().recovery_window));
    }
    SEABED_CHECK(protect_restores(tx, facts.stock, tenant_id));
    facts.now_us = context.clock->read().now / 1000;
    return facts;
  });
}

}  // namespace seabed::clean
