// DOING: one item after the other. DELETING in the catalog and a tombstone on the medium come before the
// first object.

#include <algorithm>

#include "core/base/log.h"
#include "core/base/uri.h"
#include "core/engine/clean/clean_facts.h"
#include "core/engine/clean/clean_run.h"
#include "core/media/tombstone.h"

namespace seabed::clean {
namespace {

bool is_set(const catalog::DeleteTaskRow& task) { return task.task_type == "BACKUP SET"; }
paths::PieceKey piece_of(const catalog::DeleteTaskRow& task) {
  return {task.dest_id, task.round_id, task.id};
}
std::string item_name(const catalog::DeleteTaskRow& task) {
  return (is_set(task) ? "backup set " : "piece ") + std::to_string(task.id);
}

/// Nobody may have begun to build on it since the plan.
Status check_no_child(const std::vector<catalog::BackupSetRow>& sets, uint64_t id) {
  for (const auto& child : sets) {
    const bool lives = child.status == "DOING" || is_usable(child);
    const bool names = child.prev_full_backup_set_id == id || child.prev_inc_backup_set_id == id;
    if (lives && names && child.backup_type != "D")
      return fail(Code::kConflict, "backup set " + std::to_string(id),
                  "is needed by set " + std::to_string(child.backup_set_id), "the next run decides again");
  }
  return ok();
}

}  // namespace

paths::SetId CleanRun::set_of(const catalog::DeleteTaskRow& task) const {
  for (const auto& set : look_.facts.stock.sets)
    if (set.backup_set_id == task.id) return {task.id, set.backup_type == "D"};
  return {task.id, true};
}

Result<const CleanPlace*> CleanRun::place_of(const catalog::DeleteTaskRow& task) {
  if (const CleanPlace* place = look_.place(task.dest_id)) return place;
  return fail(Error{Code::kUnavailable, "destination " + std::to_string(task.dest_id),
                    look_.against.empty() ? "is not known" : look_.against.front(), "look at `seabed doctor`",
                    0, 9070});
}

/// By the rules, as of now: since the plan was made its policy, the destinations or the clean point may have changed.
Status CleanRun::check_still_decided() {
  const CleanRequest request = request_of(job_);
  if (request.what != CleanRequest::What::kObsolete) return ok();
  SEABED_TRY(const CleanDecision now, decide(context_, look_, request, cancel_));
  const auto against = [&](const std::string& object, const std::string& why) {
    return fail(Code::kConflict, object, why, "the next run decides again");
  };
  if (!now.blocked.empty()) return against("cleanup of " + look_.tenant.name, now.blocked);
  for (const auto& task : tasks_) {
    if (task.status != "INIT") continue;
    const bool goes = std::ranges::any_of(now.items, [&](const CleanItem& item) {
      return item.remove && (item.kind == CleanItem::Kind::kSet) == is_set(task) && item.id == task.id &&
             item.dest_id == task.dest_id && item.round_id == task.round_id;
    });
    if (!goes) return against(item_name(task), "is not to go any more");
  }
  return ok();
}

Status CleanRun::delete_items() {
  const bool left = std::ranges::any_of(tasks_, [](const auto& task) { return task.status != "COMPLETED"; });
  if (left && look_.places.empty()) {  // another process planned
    std::set<uint64_t> also;
    for (const auto& task : tasks_) also.insert(task.dest_id);
    SEABED_TRY(look_, look(context_, job_.tenant_id, also, tools_, cancel_));
    if (!look_.against.empty())
      return fail(Code::kConflict, "cleanup of " + look_.tenant.name, look_.against.front(),
                  "the next run decides again");
    SEABED_CHECK(check_still_decided());
  }
  tell();
  for (auto& task : tasks_) {
    if (task.status == "COMPLETED") continue;
    SEABED_CHECK(check_going_on());
    SEABED_TRY(const std::string clock, check_clock(context_, tools_.witness, look_.facts.stock));
    if (!clock.empty()) return fail(Code::kConflict, "cleanup of " + look_.tenant.name, clock);
    SEABED_CHECK(delete_item(task));
  }
  return ok();
}

Status CleanRun::delete_item(catalog::DeleteTaskRow& task) {
  const auto state = task_state(task.status);
  if (!state)
    return fail(Code::kCorruption, "cleanup task " + std::to_string(task.task_id),
                "unknown status " + task.status);
  const auto step = on_event(*state, *state == TaskState::kInit ? TaskEvent::kStarted : TaskEvent::kResumed);
  if (!step)
    return fail(Code::kInternal, "cleanup task " + std::to_string(task.task_id),
                "no way on from " + task.status);
  for (TaskAction action : step->actions) {
    SEABED_CHECK(check_going_on());
    SEABED_CHECK(act(task, action));
  }
  const auto last = on_event(TaskState::kDoing, TaskEvent::kObjectsGone);
  for (TaskAction action : last->actions) SEABED_CHECK(act(task, action));
  return ok();
}

Status CleanRun::act(catalog::DeleteTaskRow& task, TaskAction action) {
  switch (action) {
    case TaskAction::kMarkDeleting: return mark_deleting(task);
    case TaskAction::kWriteTombstone: return bury(task);
    case TaskAction::kLookForReaders: return look_for_readers(task);
    case TaskAction::kDeleteObjects: return delete_objects(task);
    case TaskAction::kMarkDeleted: return mark_deleted(task);
  }
  return fail(Code::kInternal, "cleanup task", "unknown action");
}

Status CleanRun::mark_deleting(catalog::DeleteTaskRow& task) {
  catalog::DeleteTaskRow next = task;
  next.status = name(TaskState::kDoing);
  next.start_us = now_us();
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::update_delete_task(tx, next, task.status));
    if (!is_set(task))
      return catalog::set_piece_file_status(tx, task.tenant_id, task.dest_id, task.round_id, task.id,
                                            "DELETING");
    SEABED_TRY(const auto sets, catalog::list_backup_sets(tx, task.tenant_id));
    SEABED_CHECK(check_no_child(sets, task.id));
    for (const auto& set : sets)
      if (set.backup_set_id == task.id) {
        if (set.status == "DOING") return fail(Code::kConflict, item_name(task), "is being written");
        return catalog::set_backup_set_file_status(tx, task.tenant_id, task.id, set.file_status, "DELETING");
      }
    return fail(Code::kNotFound, item_name(task), "is not in the catalog any more");
  }));
  task = next;
  at_state("DELETING");
  return ok();
}

Status CleanRun::bury(const catalog::DeleteTaskRow& task) {
  SEABED_TRY(const CleanPlace* place, place_of(task));
  Tombstone stone;
  if (is_set(task))
    stone.set = set_of(task);
  else
    stone.piece = piece_of(task);
  stone.cluster_id = context_.cluster_id, stone.cluster_name = context_.cluster_name;
  stone.tenant_id = look_.tenant.tenant_id, stone.tenant_name = look_.tenant.name;
  stone.incarnation = look_.tenant.incarnation, stone.dest_id = task.dest_id;
  stone.deleted_scn = context_.clock->read().now;
  stone.delete_mode = place->tagging() ? "tagging" : "delete";
  stone.job_id = job_id_;
  SEABED_CHECK(write_tombstone(*place->store, stone, io()));
  at_state("tombstone");
  return ok();
}

/// Before DELETING, so that what is read stays as it is; and after the tombstone: a reader that came before
/// it is seen here, one that comes later sees the tombstone.
Status CleanRun::look_for_readers(const catalog::DeleteTaskRow& task) {
  SEABED_TRY(const CleanPlace* place, place_of(task));
  SEABED_TRY(const auto reader, reader_of(context_, *place, is_set(task), task.round_id, task.id, io()));
  if (reader)
    return fail(Code::kConflict, item_name(task), "is read by " + *reader, "the run after its end goes on");
  SEABED_TRY(const auto facts, read_clean_facts(context_, job_.tenant_id));  // restores that run here
  const bool used = is_set(task) ? facts.stock.used_sets.contains(task.id)
                                 : facts.stock.used_pieces.contains({task.dest_id, task.id});
  if (used)
    return fail(Code::kConflict, item_name(task), "is used by a running restore",
                "the run after its end goes on");
  return ok();
}

Status CleanRun::delete_objects(catalog::DeleteTaskRow& task) {
  SEABED_TRY(const CleanPlace* place, place_of(task));
  const auto io_now = [this] { return io(); };
  const ItemObjects objects = is_set(task) ? ItemObjects::of_set(*place->store, set_of(task), io_now)
                                           : ItemObjects::of_piece(*place->store, piece_of(task), io_now);
  SEABED_TRY(const ItemCounts all, objects.count());
  // A run that goes on counts what an earlier one removed too.
  const uint64_t files = task.delete_files_count, bytes = task.delete_bytes, streams = task.finish_ls_count;
  task.total_files_count = files + all.files;
  task.total_bytes = std::max(task.total_bytes, bytes + all.bytes);
  task.total_ls_count = std::max(task.total_ls_count, streams + all.streams);
  const auto told = [&](const ItemCounts& done) -> Status {
    task.delete_files_count = files + done.files, task.delete_bytes = bytes + done.bytes;
    task.finish_ls_count = std::min(task.total_ls_count, streams + (done.streams ? done.streams - 1 : 0));
    tell();
    if (meter_.due(std::chrono::steady_clock::now())) SEABED_CHECK(note(task));
    context_.at_state("clean/batch");
    return check_going_on();
  };
  SEABED_CHECK(objects.remove(told));
  task.finish_ls_count = task.total_ls_count;
  context_.at_state("clean/objects");
  return ok();
}

Status CleanRun::note(catalog::DeleteTaskRow& task) {
  return context_.catalog->transact(
      [&](Transaction& tx) { return catalog::update_delete_task(tx, task, task.status); });
}

Status CleanRun::mark_deleted(catalog::DeleteTaskRow& task) {
  catalog::DeleteTaskRow next = task;
  next.status = name(TaskState::kCompleted);
  next.end_us = now_us();
  catalog::DeleteJobRow job = job_;
  ++job.success_task_count;
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::update_delete_task(tx, next, task.status));
    SEABED_TRY(const auto stored, catalog::find_delete_job(tx, job_id_));
    if (stored) job.status = stored->status;  // a cancel that comes now is seen before the next item
    SEABED_CHECK(catalog::update_delete_job(tx, job, job.status));
    if (is_set(task))
      return catalog::set_backup_set_file_status(tx, task.tenant_id, task.id, "DELETING", "DELETED");
    SEABED_TRY(const auto piece,
               catalog::find_piece(tx, task.tenant_id, task.dest_id, task.round_id, task.id));
    SEABED_CHECK(
        catalog::set_piece_file_status(tx, task.tenant_id, task.dest_id, task.round_id, task.id, "DELETED"));
    return catalog::count_deleted_bytes(tx, task.tenant_id, task.dest_id, task.round_id,
                                        piece ? piece->input_bytes : 0, piece ? piece->output_bytes : 0);
  }));
  job_ = job;
  task = next;
  at_state("DELETED");
  tell();
  return ok();
}

}  // namespace seabed::clean
