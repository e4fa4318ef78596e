#include "core/engine/rebuild/known_rows.h"

#include <algorithm>

namespace seabed::rebuild {
namespace {

template <class Row, class Same>
const Row* find(const std::vector<Row>& rows, Same same) {
  auto found = std::find_if(rows.begin(), rows.end(), same);
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

const catalog::DestinationRow* KnownRows::destination(uint64_t dest_id) const {
  return find(destinations, [&](const auto& d) { return d.dest_id == dest_id; });
}

const catalog::DestinationRow* KnownRows::current(catalog::DestinationKind kind) const {
  return find(destinations, [&](const auto& d) { return d.current && d.kind == kind; });
}

const catalog::RoundRow* KnownRows::round(uint64_t dest_id, uint64_t round_id) const {
  return find(rounds, [&](const auto& r) { return r.dest_id == dest_id && r.round_id == round_id; });
}

const catalog::PieceRow* KnownRows::piece(const paths::PieceKey& key) const {
  return find(pieces, [&](const auto& p) { return paths::PieceKey{p.dest_id, p.round_id, p.piece_id} == key; });
}

const catalog::BackupSetRow* KnownRows::set(uint64_t set_id) const {
  return find(sets, [&](const auto& s) { return s.backup_set_id == set_id; });
}

const catalog::BackupJobRow* KnownRows::job_of_set(uint64_t set_id) const {
  return find(jobs, [&](const auto& j) { return j.backup_set_id == set_id; });
}

const catalog::SetTaskRow* KnownRows::task_of_job(uint64_t job_id) const {
  return find(tasks, [&](const auto& t) { return t.job_id == job_id; });
}

Result<KnownRows> load_known(Transaction& tx, uint64_t tenant_id) {
  KnownRows out;
  SEABED_TRY(auto tenant, catalog::find_tenant(tx, tenant_id));
  if (!tenant) return fail(Code::kNotFound, "tenant " + std::to_string(tenant_id), "is not in the catalog");
  out.tenant = *tenant;
  SEABED_TRY(out.destinations, catalog::list_destinations(tx, tenant_id));
  SEABED_TRY(out.rounds, catalog::list_rounds(tx, tenant_id));
  SEABED_TRY(out.pieces, catalog::list_pieces(tx, tenant_id));
  SEABED_TRY(out.sets, catalog::list_backup_sets(tx, tenant_id));
  SEABED_TRY(out.jobs, catalog::unfinished_backup_jobs(tx, tenant_id));
  SEABED_TRY(out.decided, catalog::operator_facts(tx, tenant_id));
  for (const auto& job : out.jobs) {
    SEABED_TRY(auto task, catalog::find_set_task(tx, job.job_id));
    if (task) out.tasks.push_back(*task);
  }
  return out;
}

}  // namespace seabed::rebuild
