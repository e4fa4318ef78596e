#include "core/engine/restore/tenant_restore.h"

#include <unistd.h>

#include <thread>

#include "core/base/log.h"
#include "core/catalog/standbys.h"
#include "core/engine/restore/newer_streams.h"
#include "core/engine/restore/request_text.h"
#include "core/engine/restore/restore_run.h"
#include "core/engine/restore/tenant_transition.h"

namespace seabed {
namespace {

using restore::KeptRequest;
using restore::ParentAction;
using restore::ParentEvent;
using restore::ParentState;

std::string key_of(uint64_t job_id) { return "restore/" + std::to_string(job_id); }

/// One parent row on its way to its end.
class ParentRun {
 public:
  ParentRun(EngineContext& context, catalog::RestoreJobRow row, KeptRequest kept, const ProgressFn& progress,
            const CancelToken& cancel)
      : context_(context),
        row_(std::move(row)),
        kept_(std::move(kept)),
        progress_(progress),
        cancel_(cancel) {}

  Status run() {
    ParentState state = row_.status == name(ParentState::kCreateTenant) ? ParentState::kCreateTenant
                                                                        : ParentState::kWaitTenant;
    ParentEvent event = state == ParentState::kCreateTenant ? ParentEvent::kTenantMade : ParentEvent::kResume;
    SEABED_TRY(const bool dropped, dropping());
    if (dropped) event = ParentEvent::kCancelled;
    for (;;) {
      const auto step = on_event(state, event);
      if (!step)
        return fail(Code::kInternal, "restore job " + std::to_string(row_.job_id), "has no such step");
      state = step->next;
      if (state == ParentState::kWaitTenant) {
        SEABED_CHECK(move("WAIT_TENANT_RESTORE_FINISH"));
        SEABED_TRY(event, run_tenant());
        continue;
      }
      return finish(*step);
    }
  }

 private:
  Result<bool> dropping() {
    SEABED_TRY(const auto tenant,
               context_.catalog->get<std::optional<catalog::TenantRow>>(
                   [&](Transaction& tx) { return catalog::find_tenant(tx, row_.restore_tenant_id); }));
    return !tenant || tenant->status == "DROPPING";
  }

  Status move(const std::string& status) {
    SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
      SEABED_TRY(auto row, catalog::find_restore_job(tx, row_.job_id));
      if (!row || row->over()) return fail(Code::kConflict, key_of(row_.job_id), "is over already");
      const std::string expected = row->status;
      row->status = status;
      return catalog::update_restore_job(tx, *row, expected);
    }));
    context_.at_state("restore_job/" + status);
    return ok();
  }

  /// kCancelled as an error: stopped, the row stays as it is.
  Result<ParentEvent> run_tenant() {
    SEABED_TRY(const bool done, restored_before());
    if (done) return ParentEvent::kTenantDone;
    const auto outcome = run_restore(context_, kept_.request, progress_, cancel_);
    SEABED_TRY(const bool dropped, dropping());
    if (dropped) return ParentEvent::kCancelled;
    if (outcome) return ParentEvent::kTenantDone;
    if (outcome.error().code == Code::kCancelled || cancel_.cancelled()) return fail(outcome.error());
    failure_ = outcome.error();
    return ParentEvent::kTenantFailed;
  }

  /// Killed between the tenant's last state and the parent's.
  Result<bool> restored_before() {
    SEABED_TRY(const auto state, restore::read_state(kept_.request.directory));
    return state && state->state == restore::State::kSuccess && state->job_id == kept_.request.job_id;
  }

  Status finish(const restore::ParentStep& step) {
    const bool good = step.next == ParentState::kSuccess;
    for (ParentAction action : step.actions)
      if (action == ParentAction::kDiscardFiles) SEABED_CHECK(discard());
    std::optional<restore::RestoreState> state;
    if (good) {
      SEABED_TRY(state, restore::read_state(kept_.request.directory));
      if (!state) return fail(Code::kNotFound, kept_.request.directory, "the restored tenant is gone");
    }
    SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
      for (ParentAction action : step.actions) {
        if (action == ParentAction::kDropTenant)
          SEABED_CHECK(catalog::drop_tenant(tx, row_.restore_tenant_id));
        if (action == ParentAction::kRegisterStandby) SEABED_CHECK(register_standby(tx, *state));
      }
      return end_rows(tx, good ? "RESTORE_SUCCESS" : "RESTORE_FAIL");
    }));
    context_.at_state(std::string("restore_job/") + std::string(name(step.next)));
    if (failure_) return fail(*failure_);
    if (!good) log::info("restore job {}: canceled, {} is as it was", row_.job_id, kept_.request.directory);
    return ok();
  }

  Status discard() {
    SEABED_CHECK(discard_restore(context_, kept_.request.directory));
    if (kept_.made_directory) (void)::rmdir(kept_.request.directory.c_str());
    return ok();
  }

  Status end_rows(Transaction& tx, const std::string& status) {
    const uint64_t now = context_.clock ? context_.clock->read().now / 1000 : 0;
    for (uint64_t id : {row_.job_id, kept_.request.job_id}) {
      SEABED_TRY(auto row, catalog::find_restore_job(tx, id));
      if (!row || row->over()) continue;
      const std::string expected = row->status;
      row->status = status;
      row->finish_us = now;
      row->comment = failure_ ? failure_->message() : status == "RESTORE_FAIL" ? "canceled" : "";
      if (status == "RESTORE_SUCCESS")
        row->finish_bytes = row->total_bytes, row->recover_scn = row->restore_scn;
      SEABED_CHECK(catalog::update_restore_job(tx, *row, expected));
    }
    return catalog::drop_restore_request(tx, row_.job_id);
  }

  /// No destination, policy or log mode comes along: they were the source's.
  Status register_standby(Transaction& tx, const restore::RestoreState& state) {
    SEABED_CHECK(catalog::set_tenant_role(tx, row_.restore_tenant_id, "RESTORE", "STANDBY"));
    SEABED_CHECK(catalog::set_tenant_status(tx, row_.restore_tenant_id, "NORMAL"));
    std::vector<catalog::LogRestoreStatusRow> status;
    for (const restore::StreamResult& s : state.streams) {
      catalog::LogStreamRow stream{
          .tenant_id = row_.restore_tenant_id, .ls_id = s.outcome.ls_id, .engine = s.engine};
      stream.directory = kept_.request.directory + "/" + s.name;
      stream.create_scn = state.target;
      SEABED_CHECK(catalog::put_log_stream(tx, stream));
      status.push_back({row_.restore_tenant_id, s.outcome.ls_id, "", state.target, "RESTORE SUSPEND", 0,
                        restore::newer_streams_text(state.newer_streams)});
    }
    SEABED_CHECK(catalog::put_log_restore_status(tx, row_.restore_tenant_id, status));
    return catalog::put_log_source(tx, log_source(state));
  }

  catalog::LogSourceRow log_source(const restore::RestoreState& state) const {
    catalog::LogSourceRow row{.tenant_id = row_.restore_tenant_id};
    row.recovery_until_scn = state.target;
    row.directory = kept_.request.directory;
    if (state.remote) row.data_mode = "REMOTE";
    const auto uri = parse_uri(kept_.log_uri);
    if (kept_.log_uri.empty() || !uri) return row;
    row.value = "LOCATION=" + uri->redacted();
    row.source = restore::encode_source({kept_.log_uri, kept_.request.source.keys});
    return row;
  }

  EngineContext& context_;
  const catalog::RestoreJobRow row_;
  const KeptRequest kept_;
  const ProgressFn& progress_;
  const CancelToken& cancel_;
  std::optional<Error> failure_;
};

}  // namespace

Status run_restore_job(EngineContext& context, uint64_t job_id, const ProgressFn& progress,
                       const CancelToken& cancel) {
  catalog::RestoreJobRow row;
  std::string text;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto found, catalog::find_restore_job(tx, job_id));
    if (!found || !found->is_parent() || found->over())
      return fail(Code::kNotFound, "restore job " + std::to_string(job_id), "is not there, or is over");
    row = *found;
    SEABED_TRY(text, catalog::restore_request(tx, job_id));
    return ok();
  }));
  SEABED_TRY(KeptRequest kept, restore::decode_request(text));
  return ParentRun(context, std::move(row), std::move(kept), progress, cancel).run();
}

std::optional<ProgressView> restore_progress(Engine& engine, uint64_t job_id) {
  return engine.background().progress(key_of(job_id));
}

Status run_restore_in_background(Engine& engine, uint64_t job_id) {
  return engine.background().submit(key_of(job_id),
                                    [&engine, job_id](const CancelToken& cancel) {
                                      return run_restore_job(engine.context(), job_id,
                                                             engine.background().teller(key_of(job_id)), cancel);
                                    });
}

Status resume_restores(Engine& engine) {
  SEABED_TRY(const auto rows, engine.context().catalog->get<std::vector<catalog::RestoreJobRow>>(
                                  [](Transaction& tx) { return catalog::unfinished_restores(tx); }));
  for (const auto& row : rows) {
    log::info("restore job {} of tenant {} goes on from {}", row.job_id, row.restore_tenant_name, row.status);
    SEABED_CHECK(run_restore_in_background(engine, row.job_id));
  }
  return ok();
}

Status cancel_restore(Engine& engine, const std::string& tenant) {
  EngineContext& context = engine.context();
  std::optional<catalog::RestoreJobRow> running;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(running, catalog::running_restore(tx, tenant));
    SEABED_TRY(const auto known, catalog::find_tenant_by_name(tx, tenant));
    if (!running)
      return fail(known ? Code::kConflict : Code::kNotFound, "tenant " + tenant, "no restore of it is running",
                  "`seabed restore status`");
    return catalog::set_tenant_status(tx, running->restore_tenant_id, "DROPPING");
  }));
  context.at_state("restore_job/DROPPING");
  const std::string key = key_of(running->job_id);
  engine.background().cancel(key);
  while (engine.background().running(key)) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  SEABED_TRY(const auto row,
             context.catalog->get<std::optional<catalog::RestoreJobRow>>(
                 [&](Transaction& tx) { return catalog::find_restore_job(tx, running->job_id); }));
  if (row && row->status == "RESTORE_SUCCESS")
    return fail(Code::kConflict, "tenant " + tenant, "was restored before the cancel came",
                "drop what you do not want by hand");
  if (row && row->over()) return ok();
  CancelToken never;
  return run_restore_job(context, running->job_id, nullptr, never);  // it only takes away what is there
}

Result<std::vector<TenantRestoreView>> restore_views(EngineContext& context, const std::string& tenant) {
  return context.catalog->get<std::vector<TenantRestoreView>>(
      [&](Transaction& tx) -> Result<std::vector<TenantRestoreView>> {
        SEABED_TRY(const auto rows, catalog::list_restore_jobs(tx));
        std::vector<TenantRestoreView> views;
        for (const auto& row : rows) {
          if (!row.is_parent() || (!tenant.empty() && row.restore_tenant_name != tenant)) continue;
          views.push_back({row, std::nullopt});
          for (const auto& other : rows)
            if (other.tenant_id != 1 && other.restore_tenant_id == row.restore_tenant_id)
              views.back().tenant = other;
        }
        return views;
      });
}

}  // namespace seabed
