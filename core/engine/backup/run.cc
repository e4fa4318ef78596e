#include <algorithm>

#include "core/base/log.h"
#include "core/catalog/parameters.h"
#include "core/engine/backup/backup_run.h"
#include "core/engine/job/standby_tenants.h"

namespace seabed {

Status run_backup(EngineContext& context, TenantArchiver& archiver, uint64_t job_id, const ProgressFn& progress,
                  const CancelToken& cancel) {
  return backup::BackupRun(context, archiver, job_id, progress, cancel).execute();
}

namespace backup {

const TenantConfig* tenant_config(const EngineContext& context, uint64_t tenant_id) {
  return find_tenant_config(context, tenant_id);
}

std::vector<uint64_t> stream_ids(const EngineContext& context, uint64_t tenant_id) {
  std::vector<uint64_t> out{1};
  if (const TenantConfig* tenant = tenant_config(context, tenant_id))
    for (const auto& stream : tenant->streams) out.push_back(stream.ls_id);
  std::ranges::sort(out);
  return out;
}

BackupRun::BackupRun(EngineContext& context, TenantArchiver& archiver, uint64_t job_id, const ProgressFn& progress,
                     const CancelToken& cancel)
    : context_(context), archiver_(archiver), job_id_(job_id), progress_(progress), cancel_(cancel) {}

BackupRun::~BackupRun() { stop_.cancel(); }   // or the watcher would never be joined

IoContext BackupRun::io() const {
  IoContext io;
  io.deadline = after(context_.limits.request_deadline);
  io.cancel = &stop_;
  io.trace_id = job_id_;
  return io;
}

void BackupRun::at_state(std::string_view name) {
  log::info("backup: job {} of {}: {}", job_id_, dest_.tenant.name, name);
  if (context_.at_state) context_.at_state("backup/" + std::string(name));
}

Status BackupRun::load_rows() {
  return context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto job, catalog::find_backup_job(tx, job_id_));
    if (!job) return fail(Code::kNotFound, "backup job " + std::to_string(job_id_), "is not in the catalog");
    job_ = *job;
    SEABED_TRY(auto task, catalog::find_set_task(tx, job_id_));
    if (task) task_ = *task;
    SEABED_TRY(auto set, catalog::find_backup_set(tx, job_.tenant_id, job_.backup_set_id));
    if (set) set_ = *set;
    return ok();
  });
}

Status BackupRun::open() {
  SEABED_TRY(document_, decode_document(task_.state));
  set_id_ = {job_.backup_set_id, job_.backup_type == "D"};
  SEABED_TRY(dest_, find_data_destination(context_, job_.tenant_id, job_.dest_id));
  SEABED_CHECK(open_data_destination(context_, &dest_));
  BackupWriterOptions options;
  options.part_bytes = context_.limits.part_bytes;
  options.memory_bytes = context_.limits.memory_bytes / 2;   // indexes, lists and the other jobs have the rest
  SEABED_TRY(const uint64_t threads, context_.catalog->get<uint64_t>([&](Transaction& tx) {
    return catalog::parameter(tx, job_.tenant_id, "ha_low_thread_score");
  }));
  options.threads = threads ? static_cast<uint32_t>(threads) : context_.limits.backup_threads;
  options.request_deadline = context_.limits.request_deadline;
  options.cancel = &stop_;
  options.trace_id = job_id_;
  SEABED_TRY(options.data_file_bytes, context_.catalog->get<uint64_t>([&](Transaction& tx) {
    return catalog::parameter(tx, job_.tenant_id, "backup_data_file_size");
  }));
  SEABED_CHECK(load_keys(&options));
  writer_ = std::make_unique<BackupSetWriter>(dest_.store, set_id_, options);
  SEABED_TRY(auto reader, BackupReader::open(Medium{dest_.store, &stop_, context_.limits.request_deadline}));
  reader_ = std::make_unique<BackupReader>(std::move(reader));
  return reader_->load();
}

Status BackupRun::execute() {
  SEABED_CHECK(load_rows());
  const auto state = job_state(job_.status);
  if (!state) return fail(Code::kCorruption, "backup job " + std::to_string(job_id_), "unknown status " + job_.status);
  if (*state == JobState::kCompleted) return ok();
  if (is_final(*state)) return fail(Code::kConflict, "backup job " + std::to_string(job_id_), "has ended: " + job_.comment);
  watcher_ = std::jthread([this] { watch(); });
  Status done = with_retry(retry_policy(), stop_, [this] { return open(); }, {});
  if (done && job_.status == "INIT") done = start();
  if (done) done = run_set();
  Status outcome = done ? ok() : stop(std::move(done.error()));
  stop_.cancel();
  watcher_.join();
  snapshots_.clear();
  return outcome;
}

/// From the persisted state to the end, one persisted state after the other.
Status BackupRun::run_set() {
  if (job_.status == "CANCELING") return fail(Code::kCancelled, dest_.tenant.name, "the backup was cancelled");
  auto state = set_state(task_.status);
  if (!state) return fail(Code::kCorruption, "set task", "unknown status " + task_.status);
  SEABED_CHECK(abort_leftovers());
  auto step = on_event(*state, SetEvent::kResumed, plus_archivelog());
  while (true) {
    if (!step) return fail(Code::kInternal, "set task", "no way on from " + task_.status);
    if (step->next != *state) SEABED_CHECK(persist(step->next));
    state = step->next;
    SEABED_TRY(Outcome outcome, work(step->actions));
    if (*state == SetState::kCompleted) return complete();
    step = on_event(*state, outcome == Outcome::kDone ? SetEvent::kDone : SetEvent::kContentChanged,
                    plus_archivelog());
  }
}

Result<BackupRun::Outcome> BackupRun::work(const std::vector<SetAction>& actions) {
  Outcome outcome = Outcome::kDone;
  for (SetAction action : actions) {
    if (stop_.cancelled()) return fail(Code::kCancelled, dest_.tenant.name, "the backup was cancelled");
    auto once = [&]() -> Status {
      SEABED_TRY(outcome, act(action));
      return ok();
    };
    SEABED_CHECK(with_retry(retry_policy(), stop_, once, [&](const Error& error, int attempt) {
      log::warn("backup: job {} in {}, attempt {} after: {}", job_id_, task_.status, attempt, error.message());
    }));
    if (outcome == Outcome::kContentChanged) return outcome;
    if (stop_.cancelled()) return fail(Code::kCancelled, dest_.tenant.name, "the backup was cancelled");
  }
  return outcome;
}

Result<BackupRun::Outcome> BackupRun::act(SetAction action) {
  auto done = [](Status status) -> Result<Outcome> {
    if (!status) return fail(std::move(status.error()));
    return Outcome::kDone;
  };
  switch (action) {
    case SetAction::kWriteStart: return done(write_start());
    case SetAction::kNextTurn: next_turn(); return done(save_document());
    case SetAction::kTakeSnapshots: return done(take_snapshots());
    case SetAction::kStampSnapshots: return done(stamp_snapshots());
    case SetAction::kWaitCovered: return done(wait_covered());
    case SetAction::kWriteStreamMeta: return done(write_stream_meta());
    case SetAction::kMergeMeta: return done(merge_meta());
    case SetAction::kCopyMinor: return copy_kinds({"sys", "minor"});
    case SetAction::kCopyMajor: return copy_kinds({"major"});
    case SetAction::kMergeIndex: return done(merge_index(task_.status == "BACKUP_DATA_MINOR" ? "minor" : "major"));
    case SetAction::kWriteTableList: return done(write_table_list());
    case SetAction::kPlanLog: return done(plan_log());
    case SetAction::kCopyLog: return done(copy_log());
    case SetAction::kWriteDescriptor: return done(write_descriptor());
  }
  return fail(Code::kInternal, "set task", "unknown action");
}

Status BackupRun::persist(SetState next) {
  {
    std::lock_guard lock(rows_mutex_);
    const std::string before = task_.status;
    task_.status = name(next);
    describe_task();
    task_.meta_turn_id = task_.data_turn_id = task_.minor_turn_id = task_.major_turn_id = document_.turn;
    auto written = context_.catalog->transact(
        [&](Transaction& tx) { return catalog::update_set_task(tx, task_, before); });
    if (!written) {
      task_.status = before;
      return written;
    }
  }
  at_state(name(next));
  look_for_cancel();
  return ok();
}

Status BackupRun::save_document() {
  std::lock_guard lock(rows_mutex_);
  describe_task();
  return context_.catalog->transact(
      [&](Transaction& tx) { return catalog::update_set_task(tx, task_, task_.status); });
}

}  // namespace backup
}  // namespace seabed
