#include "core/engine/backup/parent_job.h"

#include <algorithm>

#include "core/base/log.h"

namespace seabed {
namespace backup {

std::optional<JobState> parent_after(JobState state, ParentEvent event) {
  using enum JobState;
  const bool running = state == kInit || state == kDoing;
  if (state == kInit && event == ParentEvent::kStarted) return kDoing;
  if (running && event == ParentEvent::kCancelRequested) return kCanceling;
  if (state == kDoing && event == ParentEvent::kEndedWell) return kCompleted;
  if (state == kDoing && event == ParentEvent::kEndedBadly) return kFailed;
  // The cancel came too late for every one of them.
  if (state == kCanceling && event == ParentEvent::kEndedWell) return kCompleted;
  if (state == kCanceling && event == ParentEvent::kEndedBadly) return kCanceled;
  return std::nullopt;
}

std::optional<ParentEvent> children_event(const std::vector<JobState>& children) {
  if (!std::ranges::all_of(children, [](JobState s) { return is_final(s); })) return std::nullopt;
  const bool well = std::ranges::all_of(children, [](JobState s) { return s == JobState::kCompleted; });
  return well && !children.empty() ? ParentEvent::kEndedWell : ParentEvent::kEndedBadly;
}

}  // namespace backup

namespace {

using namespace backup;
using catalog::BackupJobRow;

constexpr uint64_t kSysTenant = 1;
constexpr int64_t kChildNotStarted = 9040;

Status move(Transaction& tx, BackupJobRow job, ParentEvent event) {
  const auto state = job_state(job.status);
  if (!state) return fail(Code::kCorruption, "backup job " + std::to_string(job.job_id), "unknown status " + job.status);
  const auto next = parent_after(*state, event);
  if (!next) return ok();
  const std::string before = job.status;
  job.status = name(*next);
  return catalog::update_backup_job(tx, job, before);
}

void add_words(std::string* comment, const std::string& words) {
  if (!words.empty()) *comment += (comment->empty() ? "" : "; ") + words;
}

/// How the children ended, for the parent's comment: the first that did not end well.
std::string first_trouble(const std::vector<BackupJobRow>& children) {
  for (const BackupJobRow& child : children)
    if (child.status != "COMPLETED")
      return "job " + std::to_string(child.job_id) + " of tenant " + std::to_string(child.tenant_id) + " is " +
             child.status + (child.comment.empty() ? "" : ": " + child.comment);
  return {};
}

bool lacks_children(const BackupJobRow& parent, size_t children) {
  return std::ranges::count(parent.executor_tenant_id, ',') + 1 > static_cast<int64_t>(children);
}

/// The children that are there are not all yet: parent_started says when they are.
bool being_submitted(const BackupJobRow& parent, size_t children) {
  return parent.status == "INIT" || (parent.result == 0 && lacks_children(parent, children));
}

/// Of one that is CANCELING the state stays, and what could not be begun is kept.
Status mark_started(Transaction& tx, BackupJobRow* parent, const std::string& failed) {
  if (!failed.empty()) parent->result = kChildNotStarted;
  add_words(&parent->comment, failed);
  if (parent->status != "INIT") return catalog::update_backup_job(tx, *parent, parent->status);
  SEABED_CHECK(move(tx, *parent, ParentEvent::kStarted));
  parent->status = name(JobState::kDoing);
  return ok();
}

Status settle(Transaction& tx, BackupJobRow parent, uint64_t now_us) {
  SEABED_TRY(const auto children, catalog::child_backup_jobs(tx, parent.job_id));
  if (being_submitted(parent, children.size())) return ok();
  std::vector<JobState> states;
  for (const BackupJobRow& child : children) states.push_back(job_state(child.status).value_or(JobState::kFailed));
  auto event = children_event(states);
  if (!event) return ok();
  if (parent.result != 0) event = ParentEvent::kEndedBadly;   // one was never begun
  parent.end_us = now_us;
  for (const BackupJobRow& child : children)
    if (parent.result == 0) parent.result = child.result;
  add_words(&parent.comment, first_trouble(children));
  return move(tx, parent, *event);
}

/// The process that submitted has died: what it did not begin never will be.
Status give_up_missing(Transaction& tx, BackupJobRow parent) {
  SEABED_TRY(const auto children, catalog::child_backup_jobs(tx, parent.job_id));
  if (!being_submitted(parent, children.size())) return ok();
  const bool lacks = lacks_children(parent, children.size());
  return mark_started(tx, &parent, lacks ? "the agent ended before the backup of every tenant was begun" : "");
}

}  // namespace

Result<uint64_t> insert_parent_backup(EngineContext& context, const BackupRequest& request,
                                      const std::vector<uint64_t>& tenant_ids, bool listed, const std::string& comment) {
  BackupJobRow job;
  job.tenant_id = job.initiator_tenant_id = kSysTenant;
  job.job_level = listed ? "SYS_TENANT" : "CLUSTER";
  job.plus_archivelog = request.plus_archivelog ? "ON" : "OFF";
  job.backup_type = request.incremental ? "I" : "D";
  job.description = request.description;
  job.comment = comment;
  for (uint64_t id : tenant_ids)
    job.executor_tenant_id += (job.executor_tenant_id.empty() ? "" : ",") + std::to_string(id);
  SEABED_TRY(const uint64_t id, context.catalog->get<uint64_t>(
                                    [&](Transaction& tx) { return catalog::insert_backup_job(tx, job); }));
  context.at_state("backup/PARENT_INIT");
  return id;
}

Status parent_started(EngineContext& context, uint64_t parent_id, const std::string& failed) {
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto parent, catalog::find_backup_job(tx, parent_id));
    if (!parent) return fail(Code::kNotFound, "backup job " + std::to_string(parent_id), "is not in the catalog");
    return mark_started(tx, &*parent, failed);
  }));
  context.at_state("backup/PARENT_DOING");
  return settle_parents(context);
}

Result<std::vector<uint64_t>> cancel_parents(EngineContext& context) {
  return context.catalog->get<std::vector<uint64_t>>([&](Transaction& tx) -> Result<std::vector<uint64_t>> {
    std::vector<uint64_t> ids;
    SEABED_TRY(const auto parents, catalog::unfinished_backup_jobs(tx, kSysTenant));
    for (const BackupJobRow& parent : parents) {
      if (parent.status == "CANCELING") continue;
      SEABED_CHECK(move(tx, parent, ParentEvent::kCancelRequested));
      ids.push_back(parent.job_id);
    }
    return ids;
  });
}

Status settle_parents(EngineContext& context) {
  const uint64_t now_us = context.clock->read().now / 1000;
  return context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto parents, catalog::unfinished_backup_jobs(tx, kSysTenant));
    for (const BackupJobRow& parent : parents) SEABED_CHECK(settle(tx, parent, now_us));
    return ok();
  });
}

Status settle_parents_at_start(EngineContext& context) {
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto parents, catalog::unfinished_backup_jobs(tx, kSysTenant));
    for (const BackupJobRow& parent : parents) SEABED_CHECK(give_up_missing(tx, parent));
    return ok();
  }));
  return settle_parents(context);
}

}  // namespace seabed
