// Rounds that were stopped by force, their medium being away: what is left to do when it is back.

#include <algorithm>

#include "core/base/log.h"
#include "core/engine/archive/round_executor.h"
#include "core/engine/job/standby_tenants.h"

namespace seabed {
namespace archive {

/// STOP, with a piece that nobody has frozen; dest_id 0: of every destination.
Result<std::vector<catalog::RoundRow>> RoundExecutor::forced_rounds(uint64_t dest_id) {
  return context_.catalog->get<std::vector<Row>>([&](Transaction& tx) -> Result<std::vector<Row>> {
    std::vector<Row> out;
    SEABED_TRY(const auto rounds, catalog::list_rounds(tx, config_.tenant_id));
    SEABED_TRY(const auto pieces, catalog::list_pieces(tx, config_.tenant_id, dest_id));
    for (const Row& row : rounds)
      if (row.status == "STOP" && std::ranges::any_of(pieces, [&](const catalog::PieceRow& p) {
            return p.dest_id == row.dest_id && p.round_id == row.round_id && p.status == "ACTIVE";
          }))
        out.push_back(row);
    return out;
  });
}

/// Nothing streams into it any more: all of it follows from what is on the medium.
Status RoundExecutor::freeze_forced(Row row) {
  round_ = row;
  round_->comment.clear();   // what is said of it from here on is true of what is frozen
  SEABED_CHECK(open_destination(facts_, row.dest_id));
  SEABED_CHECK(hold_lease());
  SEABED_CHECK(load_pieces(row));
  row = *round_;
  SEABED_CHECK(close_round(&row));
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) { return catalog::update_round(tx, row, "STOP"); }));
  log::info("archive of tenant {}: the last piece of round {}, which was stopped by force, is frozen", config_.name,
            row.round_id);
  return ok();
}

/// Before the next round begins at the same destination: afterwards its lease is the new round's.
void RoundExecutor::freeze_forced_here(uint64_t dest_id) {
  const auto before = round_;
  if (const auto rounds = forced_rounds(dest_id))
    for (const Row& row : *rounds)
      if (const Status done = freeze_forced(row); !done)
        log::warn("archive of tenant {}: round {}, which was stopped by force: {}", config_.name, row.round_id,
                  done.error().message());
  round_ = before;
  open_pieces_.clear();
}

Status RoundExecutor::freeze_forced_elsewhere() {
  SEABED_TRY(const auto rounds, forced_rounds(0));
  if (rounds.empty()) return ok();
  keeper_ = std::make_unique<LeaseKeeper>(context_.limits.lease);
  Status first = ok();
  for (const Row& row : rounds) {
    SEABED_TRY(facts_, load());
    const bool live = facts_.round && facts_.round->status != "STOP" && facts_.round->dest_id == row.dest_id;
    const Status done = live ? ok() : freeze_forced(row);   // a round that runs there holds the lease
    if (!done && first) first = done;
    tear_down("");
  }
  keeper_.reset();
  return first;
}

}  // namespace archive

Status freeze_forced_rounds(EngineContext& context, uint64_t tenant_id) {
  const TenantConfig* tenant = find_tenant_config(context, tenant_id);
  if (!tenant) return ok();
  EngineContext mine = context;
  mine.owner += "/forced";   // never takes the lease of the archiver of this process
  archive::RoundExecutor executor(mine, *tenant, {});
  return executor.freeze_forced_elsewhere();
}

}  // namespace seabed
