#include "core/engine/standby/pull.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "core/base/log.h"
#include "core/catalog/cluster_parameters.h"
#include "core/engine/job/standby_tenants.h"
#include "core/engine/keys/reading_keys.h"
#include "core/engine/restore/dictionary_journal.h"
#include "core/engine/restore/newer_streams.h"
#include "core/engine/restore/restore_run.h"
#include "core/engine/standby/source_run.h"
#include "core/source/restore_target.h"

namespace seabed::standby {
namespace {

using restore::RestoreState;
using restore::StreamResult;

Result<ArchiveReader> open_source(EngineContext& context, const RestoreState& state,
                                  const restore::LogSource& source, const CancelToken& cancel) {
  SEABED_TRY(const Uri uri, parse_uri(source.uri));
  SEABED_TRY(auto store, context.storage->open(uri));
  Medium medium{std::move(store), &cancel, context.limits.request_deadline};
  const std::string name = medium.store->describe();
  SEABED_TRY(medium.keys,
             reading_keys(context, source.keys, state.cluster_id, state.backup_tenant_id, cancel));
  SEABED_TRY(ArchiveReader reader, ArchiveReader::open(std::move(medium)));
  const meta::FormatInfo& f = reader.format();
  if (f.cluster_id() != state.cluster_id || f.tenant_id() != state.backup_tenant_id)
    return fail(Error{Code::kConflict, name,
                      "is of tenant " + f.tenant_name() + " in cluster " + f.cluster_name() +
                          ", the standby is of tenant " + state.backup_tenant,
                      "give the log archive of the tenant that it was restored from", 0, 9081});
  return reader;
}

class Pull {
 public:
  Pull(EngineContext& context, const std::string& directory, RestoreState state, const ArchiveReader& reader,
       SourceRun run, const ProgressFn& progress, const CancelToken& cancel)
      : context_(context),
        directory_(directory),
        state_(std::move(state)),
        reader_(reader),
        run_(std::move(run)),
        progress_(progress),
        cancel_(cancel) {}

  Result<PullResult> to(Scn until) {
    result_.from = state_.target;
    if (context_.catalog) {
      SEABED_TRY(per_second_, context_.catalog->get<uint64_t>([](Transaction& tx) {
        return catalog::cluster_parameter(tx, "standby_fetch_log_bandwidth_limit");
      }));
    }
    result_.source_end = run_.end;
    if (state_.auxiliary_behind || (state_.dictionary_incarnation != 0 && state_.dictionary_scn < state_.target)) {
      // An earlier step ended behind its cut.
      for (const StreamResult& s : state_.streams) SEABED_CHECK(settle_staged(place(s), state_.target));
      SEABED_CHECK(finish_auxiliary());
    }
    Scn target = std::min(until, run_.end);
    while (target > state_.target) {
      auto staged = stage_all(target);
      if (staged) {
        SEABED_CHECK(commit(target, std::move(*staged)));
        break;
      }
      // Log is missing, or something was not logged: the tenant goes up to the moment before, all streams
      // alike.
      if (staged.error().code != Code::kGap || !good_to_) return fail(staged.error());
      result_.stopped = staged.error();
      target = std::min(target - 1, *good_to_);
    }
    if (!result_.stopped && !run_.stopped.empty() && state_.target >= run_.end && until > run_.end)
      result_.stopped = Error{Code::kGap, reader_.medium().store->describe(), run_.stopped,
                              "restore the tenant again from a newer backup, or activate it as it is"};
    SEABED_CHECK(note_newer_streams());
    result_.synced = state_.target;
    result_.streams = state_.streams;
    for (const PieceFacts& p : run_.pieces)
      if (p.descriptor.checkpoint_scn() >= state_.target)
        result_.directories.push_back(paths::piece_dir(p.key));
    return std::move(result_);
  }

 private:
  std::string place(const StreamResult& s) const { return directory_ + "/" + s.name; }

  /// Kept, so that activation knows without the source, and their log is looked at once.
  Status note_newer_streams() {
    std::set<uint64_t> known(state_.newer_streams.begin(), state_.newer_streams.end());
    for (const StreamResult& s : state_.streams) known.insert(s.outcome.ls_id);
    const auto found = restore::newer_streams(reader_.medium(), run_.pieces, known, state_.target);
    state_.newer_streams.insert(state_.newer_streams.end(), found.begin(), found.end());
    result_.newer_streams = state_.newer_streams;
    return found.empty() ? ok() : restore::write_state(directory_, state_);
  }

  Result<std::vector<StreamResult>> stage_all(Scn target) {
    std::vector<StreamResult> streams;
    good_to_.reset();
    staged_ = 0;
    for (const StreamResult& s : state_.streams) {
      SEABED_TRY(StreamResult next, stage_stream(s, target));
      streams.push_back(std::move(next));
      ++staged_;
    }
    context_.at_state("standby/STAGED");
    return streams;
  }

  Result<StreamResult> stage_stream(const StreamResult& before, Scn target) {
    SEABED_TRY(EngineAdapter * adapter, restore::adapter_of(context_, before.engine));
    SEABED_TRY(const auto sink, adapter->open_target(place(before)));
    if (state_.own_library) sink->take_any_version();
    SEABED_TRY(const RestoreTarget::FollowPlace at, sink->follow(state_.target));
    StreamLogStart start{at.lsn, at.scn};
    if (before.place && has(before.place->piece)) start.place = before.place;
    StreamLog log(reader_.medium(), run_.pieces, before.outcome.ls_id, start);
    auto told = [this, target](uint64_t bytes, Scn scn) {
      result_.log_bytes += bytes, last_scn_ = scn;
      if (context_.standbys) context_.standbys->fetch_limit().pay(bytes, per_second_, cancel_);
      tell(scn, target);
    };
    last_scn_ = 0;
    auto fed = restore::feed_log(log, target, *sink, told, cancel_);
    if (!fed) {
      // A hole begins with the look before it, which is the last group's: the moment before that one is
      // sound.
      if (fed.error().code == Code::kGap) good_to_ = last_scn_ == 0 ? state_.target : last_scn_ - 1;
      if (fed.error().code == Code::kUnsupported && fed.error().ob_error == 4179)
        fed.error().ob_error = 9096;  // of a standby: this host is too old for what its source writes now
      return fail(fed.error());
    }
    SEABED_TRY(const RestoreReport report, sink->stage(target));
    StreamResult next = std::move(*fed);
    next.engine = before.engine, next.name = before.name;
    next.outcome.ls_id = before.outcome.ls_id;
    if (next.clock_error_ns == 0) next.clock_error_ns = before.clock_error_ns;
    if (report.records == before.records) next.exact = next.exact && before.exact;  // nothing new tells otherwise
    take_report(report, before.unknown_delay, &next);
    if (!next.place) next.place = before.place;
    return next;
  }

  /// The streams come one after the other: each has its share of the way.
  void tell(Scn scn, Scn target) {
    if (!progress_) return;
    Progress p{result_.log_bytes, 0, staged_, state_.streams.size(), "log"};
    const Scn way = target - state_.target, at = std::clamp(scn, state_.target, target) - state_.target;
    p.log_from = state_.target, p.log_until = target;
    p.log_at = state_.target + (staged_ * way + at) / state_.streams.size();
    progress_(p);
  }

  bool has(const paths::PieceKey& key) const {
    return std::any_of(run_.pieces.begin(), run_.pieces.end(),
                       [&](const PieceFacts& p) { return p.key == key; });
  }

  Status commit(Scn target, std::vector<StreamResult> streams) {
    SEABED_TRY(const auto files, read_auxiliary(target));
    // Kept before the cut counts: whoever finishes the step needs no source for them.
    SEABED_CHECK(restore::append_dictionary(directory_, records_));
    context_.at_state("standby/DICTIONARY");
    state_.streams = std::move(streams);
    state_.target = target;
    state_.target_display = display(target);
    state_.bound = restore::cut_bound(state_.streams, target);
    state_.auxiliary_behind = !files.empty();
    SEABED_CHECK(restore::write_state(directory_, state_));
    context_.at_state("standby/COMMITTED");
    for (const StreamResult& s : state_.streams) SEABED_CHECK(settle_staged(place(s), target));
    context_.at_state("standby/SETTLED");
    return put_auxiliary(files);
  }

  /// From what the step kept before it counted; a directory of an older version asks the source again.
  Status finish_auxiliary() {
    const Status done = restore::finish_auxiliary(context_, directory_, &state_);
    if (done || done.error().code != Code::kUnsupported) return done;
    SEABED_TRY(const auto files, read_auxiliary(state_.target));
    return put_auxiliary(files);
  }

  std::string display(Scn scn) const {
    const auto mode = state_.mode == "oracle" ? TenantMode::kOracle : TenantMode::kMysql;
    const auto text = scn_to_display(scn, mode, state_.time_zone);
    return text ? *text : std::to_string(scn);
  }

  /// Path -> content, nullopt: gone. Written behind the cut; their place is kept behind them.
  using Auxiliary = std::map<std::string, std::optional<std::string>>;
  Result<Auxiliary> read_auxiliary(Scn target) {
    Auxiliary files;
    records_.clear();
    if (state_.dictionary_incarnation == 0) return files;
    next_incarnation_ = state_.dictionary_incarnation;
    StreamLogStart start;
    if (state_.dictionary_place && has(state_.dictionary_place->piece)) start.place = state_.dictionary_place;
    StreamLog log(reader_.medium(), run_.pieces, 1, start);
    for (LogGroup group;;) {
      SEABED_TRY(bool more, log.next(&group));
      if (!more || group.scn_hi > target) break;
      if (group.type != GroupType::kDictionary) continue;
      if (group.incarnation != next_incarnation_) {  // a new life tells all that it knows
        for (auto& [path, content] : files) content = std::nullopt;
        for (const std::string& path : state_.auxiliary) files[path] = std::nullopt;
      }
      next_incarnation_ = group.incarnation;
      meta::DictionaryRecord record;
      if (!record.ParseFromString(group.payload))
        return fail(Code::kCorruption, log.current_key(), "a dictionary record cannot be read",
                    "run seabed verify");
      for (const auto& f : record.files())
        files[f.path()] = f.deleted() ? std::nullopt : std::optional<std::string>(f.content());
      records_.push_back(std::move(group));
    }
    next_dictionary_place_ = log.place();
    return files;
  }

  Status put_auxiliary(const Auxiliary& files) {
    std::map<std::string, std::string> there;
    std::vector<std::string> known;
    for (const std::string& path : state_.auxiliary)
      if (!files.contains(path)) known.push_back(path);
    for (const auto& [path, content] : files) {
      if (!content) continue;
      there[path] = *content;
      known.push_back(path);
    }
    if (!files.empty()) {
      state_.auxiliary = known;
      SEABED_CHECK(restore::remove_auxiliary(directory_, gone(files)));
      SEABED_CHECK(restore::put_auxiliary(context_, state_, directory_, there));
    }
    state_.dictionary_scn = state_.target;
    state_.dictionary_place = next_dictionary_place_;
    if (next_incarnation_ != 0) state_.dictionary_incarnation = next_incarnation_;
    state_.auxiliary_behind = false;
    if (state_.dictionary_incarnation == 0 && files.empty()) return ok();
    return restore::write_state(directory_, state_);
  }

  static std::vector<std::string> gone(const Auxiliary& files) {
    std::vector<std::string> out;
    for (const auto& [path, content] : files)
      if (!content) out.push_back(path);
    return out;
  }

  EngineContext& context_;
  const std::string& directory_;
  RestoreState state_;
  const ArchiveReader& reader_;
  const SourceRun run_;
  const ProgressFn& progress_;
  uint64_t staged_ = 0;
  uint64_t per_second_ = 0;            // standby_fetch_log_bandwidth_limit
  const CancelToken& cancel_;
  PullResult result_;
  Scn last_scn_ = 0;
  std::optional<Scn> good_to_;
  std::optional<StreamLogPlace> next_dictionary_place_;
  std::vector<LogGroup> records_;      // of the dictionary, of the step
  uint64_t next_incarnation_ = 0;      // of the dictionary; 0: not read
};

Result<RestoreState> standby_state(const std::string& directory) {
  SEABED_TRY(auto state, restore::read_state(directory));
  if (!state) return fail(Code::kNotFound, directory, "holds no restored tenant", "restore into it first");
  if (state->activated)
    return fail(Code::kConflict, directory, "was activated: it is a primary with a life of its own",
                "restore again for a standby");
  if (state->state != restore::State::kSuccess)
    return fail(Code::kConflict, directory, "its restore is not complete", "restore it to its end first");
  return std::move(*state);
}

}  // namespace

Status check_source(EngineContext& context, const RestoreState& state, const restore::LogSource& source,
                    const CancelToken& cancel) {
  SEABED_CHECK(open_source(context, state, source, cancel));
  return ok();
}

Result<PullResult> pull(EngineContext& context, const std::string& directory,
                        const restore::LogSource& source, Scn until, const CancelToken& cancel,
                        const ProgressFn& progress) {
  SEABED_CHECK(standby_state(directory));
  SEABED_TRY(const Fd lock, restore::lock_directory(directory));
  SEABED_TRY(RestoreState state, standby_state(directory));
  if (until < state.target)
    return fail(Code::kConflict, directory, "stands at " + state.target_display + " already",
                "give a later point");
  SEABED_TRY(const ArchiveReader reader, open_source(context, state, source, cancel));
  std::optional<paths::PieceKey> from;
  for (const StreamResult& s : state.streams)
    if (s.place && (!from || s.place->piece < *from)) from = s.place->piece;
  for (const StreamResult& s : state.streams)
    if (!s.place) from.reset();
  if (from && state.dictionary_place) from = std::min(*from, state.dictionary_place->piece);
  SEABED_TRY(auto pieces, reader.pieces_from(from.value_or(paths::PieceKey{})));
  if (from && std::none_of(pieces.begin(), pieces.end(), [&](const auto& p) { return p.key == *from; }) &&
      !pieces.empty() && pieces.front().key.dest != from->dest)
    from.reset();  // another copy of the log, with another destination's id
  SEABED_TRY(SourceRun run, source_run(std::move(pieces), from, state.target));
  return Pull(context, directory, std::move(state), reader, std::move(run), progress, cancel).to(until);
}

}  // namespace seabed::standby
