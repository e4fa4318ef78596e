#include "core/engine/restore/restore_run.h"

#include <algorithm>
#include <filesystem>

#include "core/base/log.h"
#include "core/engine/quick/page_index.h"
#include "core/engine/quick/quick_lease.h"
#include "core/engine/restore/dictionary_journal.h"

namespace seabed::restore {
Result<Fd> lock_directory(const std::string& directory) {
  SEABED_TRY(Fd fd, open_directory(directory));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  return fail(Code::kConflict, directory, "another process restores, activates or serves what is here",
              "wait for it, or end the mount");
}

RestoreRun::RestoreRun(EngineContext& context, const RestoreRequest& request, const Media& media, Plan plan,
                       const ProgressFn& progress, const CancelToken& cancel, bool leased)
    : context_(context),
      request_(request),
      media_(media),
      plan_(std::move(plan)),
      progress_(progress),
      cancel_(cancel),
      leased_(leased) {
  state_.tenant = request.tenant_name.empty() ? media.tenant.tenant_name() : request.tenant_name;
  state_.backup_tenant = media.tenant.tenant_name();
  state_.backup_tenant_id = media.tenant.tenant_id();
  state_.cluster_id = media.tenant.cluster_id();
  state_.mode = media.mode == TenantMode::kOracle ? "oracle" : "mysql";
  state_.time_zone = media.zone;
  state_.target = plan_.target;
  state_.target_display = plan_.summary.target_display;
  state_.sets = plan_.summary.sets;
  state_.pieces = plan_.summary.pieces;
  state_.warnings = plan_.warnings;
  state_.newer_streams = plan_.newer_streams;
  state_.job_id = request.job_id;
  state_.remote = request.quick;
  state_.own_library = request.own_library;
  state_.data_destination = media.data[media.bases[plan_.base].source]->medium().store->describe();
  total_bytes_ = plan_.summary.log_bytes;
  for (const StreamPlan& s : plan_.streams)
    for (const auto& [from, file] : s.files) {
      if (request.quick && quick::stays_remote(file)) continue;
      total_bytes_ += file.size();
      total_blocks_ += file.block_count();
    }
}

std::string RestoreRun::place(const StreamPlan& stream) const {
  return request_.directory + "/" + stream.name;
}

bool RestoreRun::finished(const StreamPlan& stream) const {
  return std::any_of(state_.streams.begin(), state_.streams.end(),
                     [&](const StreamResult& r) { return r.outcome.ls_id == stream.meta.ls_id(); });
}

void RestoreRun::tell(const std::string& phase) {
  std::lock_guard lock(tell_mutex_);
  if (!phase.empty()) phase_ = phase;
  // The row moves at most once a second; that it could not is told by the next state, whose save must succeed.
  const auto now = std::chrono::steady_clock::now();
  if (context_.catalog && now - row_saved_ >= std::chrono::seconds(1)) {
    (void)persist_job();
    row_saved_ = now;
  }
  if (!progress_) return;
  Progress p{done_bytes_, std::max<uint64_t>(total_bytes_, done_bytes_), done_blocks_, total_blocks_, phase_};
  if (const Scn at = recover_scn_)
    p.log_from = media_.bases[plan_.base].start_replay, p.log_at = at, p.log_until = plan_.target;
  progress_(p);
}

Result<RestoreOutcome> RestoreRun::run(std::optional<RestoreState> earlier) {
  if (earlier) {
    SEABED_CHECK(name_streams());
    state_.streams = earlier->streams;
    std::erase_if(state_.streams, [&](const StreamResult& r) {
      return !std::filesystem::is_directory(staged_path(request_.directory + "/" + r.name));
    });
    // A failed job's row stays as it is; a job of the agent has brought its own.
    if (earlier->state != State::kFail && state_.job_id == 0) state_.job_id = earlier->job_id;
    state_.auxiliary = earlier->auxiliary;
    // Files and log are made anew in this process; what is whole on the disk is kept, what is finished stays.
    state_.state = std::min(earlier->state, State::kWaitToConsistent);
  }
  Event event = earlier ? Event::kResume : Event::kStart;
  for (;;) {
    Step step = transition(state_.state, event);
    state_.state = step.next;
    Status s = persist();
    for (size_t i = 0; s && i < step.actions.size(); ++i) s = perform(step.actions[i]);
    // Stopped, not failed: whoever goes on finds the state as it is. What CANCEL takes away is the job's to say.
    if (!s && (cancel_.cancelled() || s.error().code == Code::kCancelled))
      return fail(Code::kCancelled, request_.directory, "the restore was stopped", "run it again: it goes on");
    if (!s && state_.state != State::kFail) {
      state_.comment = s.error().message();
      state_.state = transition(state_.state, Event::kStepFailed).next;
      if (auto p = persist(); !p)
        log::warn("restore: the failure could not be written down: {}", p.error().message());
    }
    if (!s) return fail(s.error());
    if (is_final(state_.state)) return outcome();
    event = Event::kStepDone;
  }
}

Status RestoreRun::perform(Action action) {
  switch (action) {
    case Action::kPersistPlan:
    case Action::kPersistState:
    case Action::kPersistFailure: return ok();  // persist() did, before the actions
    case Action::kTakeDirectory: return take_directory();
    case Action::kNameStreams: return name_streams();
    case Action::kCopyFiles: return copy_all();
    case Action::kReplayLog: return replay_all();
    case Action::kFinishStreams: {
      for (const StreamPlan& stream : plan_.streams)
        if (!finished(stream)) SEABED_CHECK(finish_stream(stream, std::move(replayed_[stream.meta.ls_id()])));
      return ok();
    }
    case Action::kReport: return report();
  }
  return ok();
}

Status refuse_used_directory(const std::string& directory) {
  std::error_code ec;
  for (auto it = std::filesystem::directory_iterator(directory, ec);
       !ec && it != std::filesystem::directory_iterator(); it.increment(ec)) {
    const std::string name = it->path().filename().string();
    const bool ours = name.starts_with("seabed_") || name.ends_with(".seabed-standby");
    if (!ours)
      return fail(Code::kConflict, directory, "is not empty: it holds " + name, "give a new directory");
  }
  if (ec == std::errc::no_such_file_or_directory) return ok();
  return ec ? fail_errno(directory, "cannot be listed", ec.value()) : ok();
}

/// Auxiliary files of an earlier attempt lie there by the time of their state: they are written again.
Status RestoreRun::take_directory() {
  return state_.auxiliary.empty() ? refuse_used_directory(request_.directory) : ok();
}

/// The log came from inside a set: its files are not an archive's, whatever their names.
bool RestoreRun::own_log() const {
  return media_.piece_media[plan_.pieces.front()].archive >= media_.archives_given;
}

Status RestoreRun::name_streams() {
  state_.stream_names.clear();
  for (const StreamPlan& s : plan_.streams) state_.stream_names.push_back(s.name);
  return ok();
}

Status RestoreRun::report() {
  tell("report");
  SEABED_CHECK(restore_auxiliary());
  state_.bound = cut_bound(state_.streams, plan_.target);
  for (const StreamResult& s : state_.streams)
    for (const std::string& w : s.warnings) state_.warnings.push_back(s.name + ": " + w);
  if (!state_.remote || leased_) return ok();
  // It reads the backup from now on: cleanup must know.
  const auto& store = media_.data[media_.bases[plan_.base].source]->medium().store;
  SEABED_TRY(const auto warnings, quick::renew_quick_lease(context_, store, request_.directory, state_));
  state_.warnings.insert(state_.warnings.end(), warnings.begin(), warnings.end());
  return ok();
}

Status RestoreRun::restore_auxiliary() {
  SEABED_TRY(DictionaryState dictionary, read_dictionary(media_, plan_));
  state_.not_restored = dictionary.outside;
  if (!own_log()) state_.dictionary_place = dictionary.place;
  state_.dictionary_incarnation = dictionary.incarnation;
  state_.dictionary_scn = plan_.target;
  SEABED_CHECK(begin_dictionary(request_.directory, dictionary.all, dictionary.scn, dictionary.end));
  for (const auto& [name, value] : dictionary.facts) {
    if (name.starts_with("parameter/")) state_.parameters[name.substr(10)] = value;
    if (name.starts_with("variable/")) state_.variables[name.substr(9)] = value;
  }
  if (dictionary.files.empty()) return ok();
  state_.auxiliary.clear();
  for (const auto& [path, content] : dictionary.files) state_.auxiliary.push_back(path);
  SEABED_CHECK(persist());  // before they are there: a cancel must know what to take away
  SEABED_TRY(const bool put, put_auxiliary(context_, state_, request_.directory, dictionary.files));
  if (!put)
    state_.warnings.push_back(
        std::to_string(dictionary.files.size()) +
        " auxiliary files were not restored: this program has no adapter that knows them");
  return ok();
}

RestoreOutcome RestoreRun::outcome() const {
  RestoreOutcome out;
  out.plan = plan_.summary;
  for (const StreamResult& s : state_.streams) {
    out.streams.push_back(s.outcome);
    out.streams.back().directory = staged_path(request_.directory + "/" + s.name);
  }
  out.bound_ns = state_.bound;
  out.not_restored = state_.not_restored;
  out.parameters = state_.parameters;
  out.variables = state_.variables;
  out.warnings = state_.warnings;
  return out;
}

Status RestoreRun::persist() {
  SEABED_CHECK(persist_job());
  SEABED_CHECK(write_state(request_.directory, state_));
  context_.at_state("restore/" + std::string(tenant_status(state_.state)));
  return ok();
}

}  // namespace seabed::restore
