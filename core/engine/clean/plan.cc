// INIT: what would go, decided on what the media and the catalog agree on; then the tasks.

#include <algorithm>
#include <charconv>

#include "core/engine/clean/clean_facts.h"
#include "core/engine/clean/clean_run.h"
#include "core/engine/clean/manual_rules.h"
#include "core/engine/clean/stale_uploads.h"

namespace seabed::clean {
namespace {

using What = CleanRequest::What;

const char* type_name(What what) {
  if (what == What::kSets) return "DELETE BACKUP SET";
  return what == What::kPieces ? "DELETE BACKUP PIECE" : "DELETE OBSOLETE BACKUP";
}

std::string shown(const catalog::TenantRow& tenant, uint64_t us) {
  const auto mode = tenant.mode == "oracle" ? TenantMode::kOracle : TenantMode::kMysql;
  const auto text = scn_to_display(us * 1000, mode, tenant.time_zone);
  return text ? *text : std::to_string(us);
}

/// Items of a deletion by id, after its rules were asked.
CleanDecision chosen(const Stock& stock, const CleanRequest& request) {
  CleanDecision out;
  for (const auto& set : stock.sets)
    if (request.what == What::kSets && request.ids.contains(set.backup_set_id))
      out.items.push_back({CleanItem::Kind::kSet, set.backup_set_id, set.dest_id, 0, set.output_bytes, true,
                           "asked for by id", set.path});
  for (const auto& piece : stock.pieces)
    if (request.what == What::kPieces && request.ids.contains(piece.piece_id))
      out.items.push_back({CleanItem::Kind::kPiece, piece.piece_id, piece.dest_id, piece.round_id,
                           piece.output_bytes, true, "asked for by id", piece.path});
  out.summary = std::to_string(out.items.size()) + " to delete, by id";
  return out;
}

std::string parameter_of(const CleanLook& look, const CleanRequest& request, const CleanDecision& decision) {
  if (request.what != What::kObsolete) return join_ids(request.ids);
  return look.facts.policy + ", expired before " + shown(look.tenant, decision.expired_point_us);
}

/// Children before their parents: a set never outlives what it is built on. Then pieces, the oldest first: no
/// gaps.
std::vector<CleanItem> in_order(std::vector<CleanItem> items) {
  std::erase_if(items, [](const CleanItem& item) { return !item.remove; });
  std::ranges::stable_sort(items, [](const CleanItem& a, const CleanItem& b) {
    if (a.kind != b.kind) return a.kind == CleanItem::Kind::kSet;
    if (a.kind == CleanItem::Kind::kSet) return a.id > b.id;
    return std::tie(a.id, a.dest_id) < std::tie(b.id, b.dest_id);
  });
  return items;
}

Result<CleanLook> look_for(EngineContext& context, const CleanRequest& request, const CancelToken& cancel,
                           const CleanTools& tools) {
  SEABED_TRY(const auto facts, read_clean_facts(context, request.tenant_id));
  return look(context, request.tenant_id, dests_of(facts.stock, request), tools, cancel);
}

}  // namespace

std::string join_ids(const std::set<uint64_t>& ids) {
  std::string out;
  for (uint64_t id : ids) out += (out.empty() ? "" : ",") + std::to_string(id);
  return out;
}

CleanRequest request_of(const catalog::DeleteJobRow& job) {
  CleanRequest request{.tenant_id = job.tenant_id, .description = job.description};
  if (job.type == type_name(What::kSets)) request.what = What::kSets;
  if (job.type == type_name(What::kPieces)) request.what = What::kPieces;
  for (const char *at = job.ids.data(), *end = at + job.ids.size(); at < end; ++at) {
    uint64_t id = 0;
    at = std::from_chars(at, end, id).ptr;
    if (id) request.ids.insert(id);
  }
  return request;
}

std::set<uint64_t> dests_of(const Stock& stock, const CleanRequest& request) {
  std::set<uint64_t> out;
  for (const auto& item : chosen(stock, request).items) out.insert(item.dest_id);
  return out;
}

Result<CleanDecision> decide(EngineContext& context, const CleanLook& look, const CleanRequest& request,
                             const CancelToken& cancel) {
  CleanDecision decision;
  if (request.what == What::kObsolete) {
    decision = decide_cleanup(look.facts);
  } else {
    const ManualFacts facts{look.facts.stock, !look.facts.policy.empty(), look.unreachable};
    SEABED_CHECK(request.what == What::kSets ? check_delete_sets(facts, request.ids)
                                             : check_delete_pieces(facts, request.ids));
    decision = chosen(look.facts.stock, request);
  }
  hold_back(context, look, cancel, &decision);
  return decision;
}

Result<CleanDecision> explain_clean(EngineContext& context, const CleanRequest& request,
                                    const CancelToken& cancel, const CleanTools& tools) {
  SEABED_TRY(const auto seen, look_for(context, request, cancel, tools));
  return decide(context, seen, request, cancel);
}

Result<uint64_t> submit_clean(EngineContext& context, const CleanRequest& request, const CleanTools& tools) {
  const CancelToken never;
  // A second one is told so before anything is looked at.
  SEABED_TRY(const auto running,
             context.catalog->get<std::vector<catalog::DeleteJobRow>>(
                 [&](Transaction& tx) { return catalog::unfinished_delete_jobs(tx, request.tenant_id); }));
  if (running.empty() && request.what != What::kObsolete) {
    SEABED_TRY(const auto seen, look_for(context, request, never, tools));
    SEABED_TRY(const auto decision, decide(context, seen, request, never));
    if (!decision.blocked.empty()) return fail(Code::kConflict, "deletion", decision.blocked);
  }
  catalog::DeleteJobRow job;
  job.tenant_id = request.tenant_id;
  job.initiator_tenant_id = request.initiator_tenant_id ? request.initiator_tenant_id : request.tenant_id;
  job.executor_tenant_id = std::to_string(request.tenant_id);
  job.type = type_name(request.what);
  job.ids = job.parameter = join_ids(request.ids);
  job.description = request.description;
  job.start_us = context.clock->read().now / 1000;
  SEABED_TRY(const uint64_t id, context.catalog->get<uint64_t>(
                                    [&](Transaction& tx) { return catalog::insert_delete_job(tx, job); }));
  context.at_state("clean/INIT");
  return id;
}

Result<uint64_t> cancel_clean(EngineContext& context, uint64_t tenant_id) {
  SEABED_TRY(const uint64_t id, context.catalog->get<uint64_t>([&](Transaction& tx) {
    return catalog::request_delete_cancel(tx, tenant_id);
  }));
  context.at_state("clean/CANCELING");
  return id;
}

Status CleanRun::plan() {
  const CleanRequest request = request_of(job_);
  SEABED_TRY(look_, look_for(context_, request, cancel_, tools_));
  SEABED_TRY(const CleanDecision decision, decide(context_, look_, request, cancel_));
  if (!decision.blocked.empty())
    return fail(Code::kConflict, "cleanup of " + look_.tenant.name, decision.blocked);
  tidy_up(context_, look_, tools_, cancel_);
  SEABED_CHECK(check_going_on());
  SEABED_CHECK(write_plan(decision));
  at_state("DOING");
  return ok();
}

Status CleanRun::write_plan(const CleanDecision& decision) {
  const auto step = on_event(JobState::kInit, JobEvent::kPlanned);
  std::vector<catalog::DeleteTaskRow> tasks;
  for (const CleanItem& item : in_order(decision.items)) {
    catalog::DeleteTaskRow& task = tasks.emplace_back();
    task.tenant_id = job_.tenant_id, task.incarnation = job_.incarnation, task.job_id = job_id_;
    task.task_type = item.kind == CleanItem::Kind::kSet ? "BACKUP SET" : "BACKUP PIECE";
    task.id = item.id, task.round_id = item.round_id, task.dest_id = item.dest_id;
    task.start_us = now_us(), task.total_bytes = item.bytes, task.path = item.path,
    task.comment = item.reason;
  }
  return context_.catalog->transact([&](Transaction& tx) -> Status {
    catalog::DeleteJobRow row = job_;
    row.status = name(step->next);
    row.task_count = tasks.size();
    row.parameter = parameter_of(look_, request_of(job_), decision);
    row.comment = decision.summary;
    SEABED_CHECK(catalog::update_delete_job(tx, row, "INIT"));
    for (auto& task : tasks) {
      SEABED_TRY(task.task_id, catalog::insert_delete_task(tx, task));
    }
    job_ = row, tasks_ = tasks;
    return ok();
  });
}

}  // namespace seabed::clean
