// The rows of a table restore and the loop over its states.

#include <algorithm>

#include "core/base/log.h"
#include "core/catalog/restore_jobs.h"
#include "core/catalog/tenants.h"
#include "core/engine/job/retry_policy.h"
#include "core/engine/table/aux_server.h"
#include "core/engine/table/table_run.h"

namespace seabed::table {

uint64_t now_us(const EngineContext& context) { return context.clock->read().now / 1000; }

TableRun::TableRun(EngineContext& context, const TableParts& parts, JobRequest job,
                   catalog::RecoverTableRow sys, const ProgressFn& progress, const CancelToken& cancel)
    : context_(context),
      parts_(parts),
      job_(std::move(job)),
      sys_(std::move(sys)),
      progress_(progress),
      cancel_(cancel) {
  aux_ = {sys_.aux_tenant_name, aux_directory(context, sys_.aux_tenant_name), job_.request.source.uris};
  for (const TenantConfig& tenant : context.tenants)
    if (tenant.name == job_.tenant) target_ = &tenant;
}

void TableRun::tell(const std::string& phase) {
  if (!progress_) return;
  Progress p;
  p.phase = phase;
  p.done_bytes = medium_.total();
  p.total_items = tasks_.size();
  for (const ImportTask& t : tasks_) p.done_items += t.row.status == "FINISH";
  progress_(p);
}

Status TableRun::run() {
  if (!target_) return fail(Code::kNotFound, "tenant " + job_.tenant, "is not in the configuration any more");
  SEABED_CHECK(begin());
  SEABED_CHECK(load_rows());
  Status done = user_loop();
  if (!is_final(*user_state(user_.status))) return done;  // stopped: the next run goes on
  SEABED_CHECK(finish_sys(user_.status == "COMPLETED"));
  return done;
}

/// The target tenant's row, once.
Status TableRun::begin() {
  if (sys_.status != "PREPARE") return ok();
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto fresh, catalog::find_recover_table(tx, sys_.job_id));
    if (fresh) sys_ = *fresh;
    catalog::RecoverTableRow user = sys_;
    user.tenant_id = target_->tenant_id;
    user.initiator_tenant_id = 1, user.initiator_job_id = sys_.job_id;
    user.status = name(sys_.comment == "cancel requested" ? UserState::kCanceling : UserState::kPrepare);
    user.comment.clear();
    user.start_us = now_us(context_);
    SEABED_CHECK(catalog::insert_recover_table(tx, user));
    const std::string before = sys_.status;
    sys_.status = name(on_event(SysState::kPrepare, SysEvent::kChecked)->next);
    return catalog::update_recover_table(tx, sys_, before);
  }));
  context_.at_state("table/RECOVERING");
  return ok();
}

Status TableRun::load_rows() {
  return context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto user, catalog::recover_table_of(tx, sys_.job_id));
    if (!user)
      return fail(Code::kCorruption, "table restore job " + std::to_string(sys_.job_id),
                  "has lost its tenant's row");
    user_ = std::move(*user);
    SEABED_TRY(import_, catalog::import_job_of(tx, user_.job_id));
    if (!import_) return ok();
    SEABED_TRY(auto rows, catalog::import_tasks(tx, import_->job_id));
    tasks_.clear();
    for (auto& row : rows) {
      ImportTask task;
      task.resumed = row.status == name(TaskState::kDoing);
      task.renaming = task.resumed && row.comment == "renaming";
      if (task.resumed) task.begun_after = begun_after(row);
      task.row = std::move(row);
      tasks_.push_back(std::move(task));
    }
    return ok();
  });
}

Result<bool> TableRun::canceling() {
  SEABED_TRY(const auto row,
             context_.catalog->get<std::optional<catalog::RecoverTableRow>>(
                 [&](Transaction& tx) { return catalog::find_recover_table(tx, user_.job_id); }));
  if (!row || row->status != name(UserState::kCanceling)) return false;
  user_.status = row->status;
  return true;
}

Status TableRun::move(UserState next) {
  const std::string before = user_.status;
  user_.status = name(next);
  if (is_final(next)) user_.finish_us = now_us(context_);
  SEABED_CHECK(
      context_.catalog
          ->transact([&](Transaction& tx) { return catalog::update_recover_table(tx, user_, before); })
          .map_error([&](Error e) {
            user_.status = before;
            return e;
          }));
  context_.at_state("table/user/" + std::string(name(next)));
  return ok();
}

Status TableRun::user_loop() {
  UserEvent event = UserEvent::kResumed;
  Status outcome = ok();
  for (;;) {
    const UserState state = *user_state(user_.status);
    const auto step = on_event(state, event);
    if (!step) return outcome;
    if (step->next != state) {
      if (auto moved = move(step->next); !moved) {  // CANCEL was faster, or the catalog fails
        SEABED_TRY(const bool cancelled, canceling());
        if (!cancelled) return moved;
        event = UserEvent::kResumed;
        continue;
      }
    }
    tell(std::string(name(step->next)));
    Status done = ok();
    for (size_t i = 0; done && i < step->actions.size(); ++i) done = perform(step->actions[i]);
    if (is_final(step->next)) return outcome;
    if (done) {
      event = step->next == UserState::kCanceling ? UserEvent::kStopped : UserEvent::kDone;
      if (event == UserEvent::kStopped) outcome = fail(Code::kCancelled, "table restore", "was cancelled");
      continue;
    }
    SEABED_TRY(const bool cancelled, canceling());
    if (cancelled) {
      event = UserEvent::kResumed;
    } else if (done.error().code == Code::kCancelled) {
      return done;  // the agent stops: the next one goes on
    } else {
      SEABED_CHECK(fail_job(done.error()));
      outcome = done;
      event = UserEvent::kFailed;
    }
  }
}

Status TableRun::perform(UserAction action) {
  switch (action) {
    case UserAction::kRestoreAux: {
      SEABED_CHECK(make_directories(context_.state_directory + "/table"));
      // In the background of an agent a medium that is away for a while fails no job.
      return with_retry({3, std::chrono::seconds(2)}, cancel_,
                        [&]() -> Status {
                          auto done = restore_aux(context_, job_.request, aux_, progress_, cancel_);
                          if (!done) return fail(done.error());
                          medium_.restore = done->medium_bytes;
                          return ok();
                        },
                        {});
    }
    case UserAction::kOpenAux: return list_source();
    case UserAction::kCheckTarget: return check_target();
    case UserAction::kInsertImportJob: return insert_import_job();
    case UserAction::kImport: return import_all();
    case UserAction::kStopWork: return stop_import();
    case UserAction::kKeepFailure:
    case UserAction::kKeepResult: return ok();  // the row has it
  }
  return ok();
}

Status TableRun::fail_job(const Error& error) {
  user_.result = "FAILED";
  user_.comment = error.message();
  log::error("table restore job {}: {}", sys_.job_id, user_.comment);
  if (!import_ || import_->status == name(ImportState::kFinish)) return ok();
  SEABED_CHECK(end_open_tasks(user_.comment));
  import_->status = name(ImportState::kFinish);
  import_->result = "FAILED";
  import_->comment = user_.comment;
  return save_import();
}

/// After CANCEL: tables already imported stay, what was begun goes.
Status TableRun::stop_import() {
  end_left_server(aux_.directory + "/seabed_server");
  user_.result = "FAILED";
  user_.comment = "canceled";
  if (!import_) return ok();
  SEABED_CHECK(end_open_tasks("canceled"));
  import_->status = name(ImportState::kFinish);
  import_->result = "FAILED", import_->comment = "canceled";
  return save_import();
}

/// The auxiliary tenant goes first: a crash in between finds the rows unfinished and drops it again.
Status TableRun::finish_sys(bool completed) {
  end_left_server(aux_.directory + "/seabed_server");
  SEABED_TRY(const bool drops, drops_aux(context_));
  if (drops) {
    SEABED_CHECK(drop_aux(context_, aux_.directory));
  } else {
    user_.comment +=
        (user_.comment.empty() ? "" : "; ") + ("the auxiliary tenant is kept: " + aux_.directory);
  }
  context_.at_state("table/aux-dropped");
  const auto step = on_event(SysState::kRecovering, completed ? SysEvent::kUserDone : SysEvent::kUserFailed);
  const std::string before = sys_.status;
  sys_.status = name(step->next);
  sys_.result = user_.result, sys_.comment = user_.comment, sys_.finish_us = now_us(context_);
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::drop_restore_request(tx, sys_.job_id));
    return catalog::update_recover_table(tx, sys_, before);
  }));
  context_.at_state("table/" + sys_.status);
  return ok();
}

Status run_tables(EngineContext& context, const TableParts& parts, uint64_t sys_job_id,
                  const ProgressFn& progress, const CancelToken& cancel) {
  std::optional<catalog::RecoverTableRow> sys;
  std::string text;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(sys, catalog::find_recover_table(tx, sys_job_id));
    if (!sys || !sys->is_sys())
      return fail(Code::kNotFound, "table restore job " + std::to_string(sys_job_id), "is not known");
    if (sys->over()) return ok();
    SEABED_TRY(text, catalog::restore_request(tx, sys_job_id));
    return ok();
  }));
  if (sys->over()) return ok();
  SEABED_TRY(JobRequest job, decode_job(text));
  TableRun run(context, parts, std::move(job), *sys, progress, cancel);
  return run.run();
}

}  // namespace seabed::table
