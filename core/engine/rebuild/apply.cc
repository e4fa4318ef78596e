#include "core/engine/rebuild/apply.h"

#include <spdlog/fmt/fmt.h>

#include "core/base/log.h"
#include "core/catalog/events.h"
#include "core/catalog/parameters.h"

namespace seabed::rebuild {
namespace {

/// In the order that makes the current one of each kind current last.
Status write_destinations(Transaction& tx, const Plan& plan) {
  SEABED_CHECK(catalog::reserve_dest_id(tx, plan.last_dest));
  for (bool current : {false, true})
    for (const auto& row : plan.new_destinations)
      if (row.current == current) SEABED_CHECK(catalog::insert_destination(tx, row));
  for (const auto& row : plan.new_uris) SEABED_CHECK(catalog::update_destination(tx, row));
  return ok();
}

Status write_archive(Transaction& tx, const Plan& plan) {
  for (const auto& row : plan.rounds) SEABED_CHECK(catalog::put_round(tx, row));
  for (const auto& row : plan.pieces) SEABED_CHECK(catalog::put_piece(tx, row));
  for (const auto& row : plan.progress) SEABED_CHECK(catalog::put_ls_progress(tx, row));
  for (const auto& row : plan.holes) SEABED_CHECK(catalog::put_hole(tx, row));
  return ok();
}

Status end_job(Transaction& tx, const Plan::JobEnd& end) {
  SEABED_TRY(auto job, catalog::find_backup_job(tx, end.job_id));
  if (!job) return ok();
  const std::string before = job->status;
  const bool good = end.set.status == "SUCCESS";
  job->status = good ? "COMPLETED" : "FAILED";
  job->comment = "ended on the medium, unknown to this catalog";
  job->end_us = end.set.end_us;
  SEABED_CHECK(catalog::update_backup_job(tx, *job, before));
  SEABED_TRY(auto task, catalog::find_set_task(tx, end.job_id));
  if (!task) return ok();
  const std::string task_before = task->status;
  task->status = job->status, task->comment = job->comment, task->end_us = job->end_us;
  task->start_scn = end.set.start_replay_scn, task->end_scn = end.set.min_restore_scn;
  return catalog::update_set_task(tx, *task, task_before);
}

Status write_sets(Transaction& tx, uint64_t tenant_id, const Plan& plan) {
  if (plan.last_set) SEABED_CHECK(catalog::reserve_ids(tx, "set/" + std::to_string(tenant_id), plan.last_set));
  for (const auto& row : plan.sets) SEABED_CHECK(catalog::put_backup_set(tx, row));
  for (const auto& end : plan.jobs) SEABED_CHECK(end_job(tx, end));
  return ok();
}

void write_parameters(Transaction& tx, uint64_t tenant_id, const Plan& plan) {
  for (const auto& [name, value] : plan.parameters) {
    // One that this version does not know, or does not take any more, holds up no rebuild, but is told.
    if (const auto set = catalog::set_parameter(tx, tenant_id, name, value); !set)
      log::warn("rebuild: parameter {} stays at its default: {}", name, set.error().message());
  }
}

}  // namespace

Status apply_plan(Transaction& tx, uint64_t tenant_id, const Plan& plan, const std::string& event) {
  SEABED_CHECK(write_destinations(tx, plan));
  SEABED_CHECK(write_archive(tx, plan));
  SEABED_CHECK(write_sets(tx, tenant_id, plan));
  write_parameters(tx, tenant_id, plan);
  if (plan.ids) SEABED_CHECK(catalog::adopt_ids(tx, *plan.ids));
  if (plan.decided) SEABED_CHECK(catalog::adopt_decisions(tx, tenant_id, *plan.decided));
  if (!plan.log_mode.empty()) SEABED_CHECK(catalog::set_log_mode(tx, tenant_id, plan.log_mode));
  if (plan.incarnation) SEABED_CHECK(catalog::set_tenant_incarnation(tx, tenant_id, plan.incarnation));
  if (plan.changes.empty()) return ok();
  catalog::EventRow row{.module = "catalog", .event = event};
  row.facts = {{"tenant_id", std::to_string(tenant_id)},
               {"changes", std::to_string(plan.changes.size())},
               {"rounds", std::to_string(plan.rounds.size())},
               {"pieces", std::to_string(plan.pieces.size())},
               {"sets", std::to_string(plan.sets.size())},
               {"first", plan.changes.front()}};
  return catalog::record_event(tx, row);
}

}  // namespace seabed::rebuild
