#include "core/engine/standby/standby.h"

#include <chrono>
#include <thread>

#include "core/base/log.h"
#include "core/catalog/parameters.h"
#include "core/catalog/restore_jobs.h"
#include "core/engine/restore/reading_leases.h"
#include "core/engine/restore/restore_state.h"
#include "core/engine/standby/follow_transition.h"
#include "core/engine/standby/pull.h"
#include "core/engine/standby/standby_row.h"

namespace seabed {
namespace {

using standby::FollowEvent;
using standby::FollowState;
using standby::Standby;

std::string key_of(uint64_t tenant_id) { return "standby/" + std::to_string(tenant_id); }

/// One step, and what the catalog shows of it. True: go on.
class Follower {
 public:
  Follower(EngineContext& context, uint64_t tenant_id, ProgressFn progress, const CancelToken& cancel)
      : context_(context), tenant_id_(tenant_id), progress_(std::move(progress)), cancel_(cancel) {}

  Result<bool> step() {
    SEABED_TRY(Standby now, standby::read_standby(context_, tenant_id_));
    if (!now.source.following || now.tenant.role != "STANDBY") return false;
    SEABED_TRY(const restore::LogSource source, restore::decode_source(now.source.source));
    auto pulled =
        standby::pull(context_, now.source.directory, source, now.source.recovery_until_scn, cancel_, progress_);
    if (cancel_.cancelled()) return false;
    if (!pulled) return note_error(now, pulled.error());
    hold(now, source, *pulled);
    const bool reached = pulled->synced >= now.source.recovery_until_scn;
    const FollowEvent event = pulled->stopped ? FollowEvent::kBroken
                              : reached       ? FollowEvent::kReached
                                              : FollowEvent::kPulled;
    const FollowState next = standby::on_event(FollowState::kFollowing, event).value();
    if (pulled->synced == pulled->from && told_ == next) return is_active(next);  // nothing new to show
    SEABED_CHECK(standby::write_status(context_, tenant_id_, next, *pulled));
    told_ = next;
    if (pulled->stopped) log::warn("standby {}: {}", now.tenant.name, pulled->stopped->message());
    return is_active(next);
  }
  bool moved_on() const { return !failed_; }

 private:
  Result<bool> note_error(const Standby& now, const Error& error) {
    if (!failed_) log::warn("standby {}: {}", now.tenant.name, error.message());
    failed_ = true;
    const bool broken = error.code == Code::kGap;
    const FollowState next = broken ? FollowState::kGap : FollowState::kNetwork;
    told_.reset();
    SEABED_CHECK(standby::write_error(context_, tenant_id_, next, error));
    return !broken;
  }

  /// The pieces that the next step reads; later ones hold themselves up: cleanup takes them in order.
  void hold(const Standby& now, const restore::LogSource& source, const standby::PullResult& pulled) {
    failed_ = false;
    if ((lease_ && held_ == pulled.directories) || pulled.directories.empty() || !context_.clock) return;
    held_ = pulled.directories;
    if (lease_) {
      if (const auto s = lease_->need(0, held_); !s)
        log::warn("standby {}: {}", now.tenant.name, s.error().message());
      return;
    }
    const auto uri = parse_uri(source.uri);
    if (!uri) return;
    auto store = context_.storage->open(*uri);
    if (!store) return log::warn("standby {}: {}", now.tenant.name, store.error().message());
    ReaderWish wish{*store, {}};
    wish.facts.id = restore::reader_id(context_, "standby", now.source.directory);
    wish.facts.cluster_id = context_.cluster_id, wish.facts.cluster_name = context_.cluster_name;
    wish.facts.tenant_name = now.tenant.name, wish.facts.owner = context_.owner,
    wish.facts.purpose = "standby";
    wish.facts.directories = held_;
    auto lease = ReaderLeaseKeeper::hold({std::move(wish)}, *context_.clock, &cancel_);
    if (!lease) return log::warn("standby {}: {}", now.tenant.name, lease.error().message());
    lease_ = std::move(*lease);
    for (const std::string& warning : lease_->warnings())
      log::warn("standby {}: {}", now.tenant.name, warning);
  }

 public:
  void stopped() {
    if (lease_) lease_->leave();  // the agent stops; the next one goes on
  }

 private:
  EngineContext& context_;
  const uint64_t tenant_id_;
  const ProgressFn progress_;
  const CancelToken& cancel_;
  std::unique_ptr<ReaderLeaseKeeper> lease_;
  std::vector<std::string> held_;
  std::optional<FollowState> told_;
  bool failed_ = false;
};

std::chrono::microseconds poll_interval(EngineContext& context, uint64_t tenant_id) {
  const auto us = context.catalog->get<uint64_t>(
      [&](Transaction& tx) { return catalog::parameter(tx, tenant_id, "standby_poll_interval"); });
  return std::chrono::microseconds(us ? *us : 1'000'000);
}

Status follow(EngineContext& context, uint64_t tenant_id, const ProgressFn& progress, const CancelToken& cancel) {
  Follower follower(context, tenant_id, progress, cancel);
  for (;;) {
    SEABED_TRY(const bool more, follower.step());
    if (!more && !cancel.cancelled()) return ok();
    if (cancel.cancelled() || cancel.wait_for(poll_interval(context, tenant_id))) {
      follower.stopped();
      return ok();
    }
  }
}

Status start_following(Engine& engine, uint64_t tenant_id) {
  if (!engine.started() || engine.background().running(key_of(tenant_id))) return ok();
  return engine.background().submit(key_of(tenant_id),
                                    [&engine, tenant_id](const CancelToken& c) {
                                      return follow(engine.context(), tenant_id,
                                                    engine.background().teller(key_of(tenant_id)), c);
                                    });
}

void stop_following(Engine& engine, uint64_t tenant_id) {
  engine.background().cancel(key_of(tenant_id));
  while (engine.background().running(key_of(tenant_id)))
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

Result<Scn> read_until(const Standby& now, const RestoreTargetPoint& until) {
  if (until.kind == RestoreTargetPoint::Kind::kScn) return until.scn;
  if (until.kind == RestoreTargetPoint::Kind::kLatest) return catalog::kUnlimitedScn;
  return scn_from_timestamp(until.time, catalog::mode_of(now.tenant), now.tenant.time_zone);
}

}  // namespace

Status recover_standby(Engine& engine, const std::string& tenant, const RestoreTargetPoint& until) {
  EngineContext& context = engine.context();
  SEABED_TRY(Standby now, standby::find_standby(context, tenant));
  if (now.source.source.empty())
    return fail(Code::kNotFound, "tenant " + tenant,
                "has no log source: it was restored from the log inside a set",
                "set one: `seabed standby set-source`, ALTER SYSTEM SET LOG_RESTORE_SOURCE");
  SEABED_TRY(const Scn point, read_until(now, until));
  if (point < now.state.target)
    return fail(Code::kConflict, "tenant " + tenant,
                "stands at " + now.state.target_display + " (SCN " + std::to_string(now.state.target) +
                    ") already: a standby never goes back",
                "give a later point, or restore again");
  now.source.recovery_until_scn = std::min<Scn>(point, catalog::kUnlimitedScn);
  now.source.following = true;
  SEABED_CHECK(standby::write_source(context, now.source, FollowState::kFollowing));
  context.at_state("standby/FOLLOWING");
  return start_following(engine, now.tenant.tenant_id);
}

std::optional<ProgressView> standby_progress(Engine& engine, uint64_t tenant_id) {
  return engine.background().progress(key_of(tenant_id));
}

Status recover_standby_here(EngineContext& context, const std::string& tenant, const ProgressFn& progress,
                            const CancelToken& cancel) {
  SEABED_TRY(const Standby now, standby::find_standby(context, tenant));
  Follower follower(context, now.tenant.tenant_id, progress, cancel);
  SEABED_TRY(const bool more, follower.step());
  if (cancel.cancelled())
    return fail(Code::kCancelled, "tenant " + tenant, "was stopped", "recover it again: it goes on");
  if (more && !follower.moved_on()) {
    SEABED_TRY(const Standby after, standby::read_standby(context, now.tenant.tenant_id));
    return fail(Code::kUnavailable, "tenant " + tenant, after.comment, "try again");
  }
  return ok();
}

Status cancel_recovery(Engine& engine, const std::string& tenant) {
  EngineContext& context = engine.context();
  SEABED_TRY(const Standby before, standby::find_standby(context, tenant));
  stop_following(engine, before.tenant.tenant_id);
  SEABED_TRY(Standby now, standby::read_standby(context, before.tenant.tenant_id));
  now.source.following = false;
  now.source.recovery_until_scn = now.state.target;
  return standby::write_source(context, now.source, FollowState::kSuspended);
}

Status set_log_source(Engine& engine, const std::string& tenant, const std::string& value,
                      const KeyAccess& keys) {
  EngineContext& context = engine.context();
  SEABED_TRY(Standby now, standby::find_standby(context, tenant));
  std::string text = value;
  if (text.starts_with("SERVICE="))
    return fail(Code::kUnsupported, "LOG_RESTORE_SOURCE", "a standby follows an archive, not a service",
                "give LOCATION=<uri of the log archive>");
  if (text.starts_with("LOCATION=")) text.erase(0, 9);
  CancelToken never;
  if (!text.empty()) {
    SEABED_TRY(const Uri uri, parse_uri(text));
    SEABED_CHECK(standby::check_source(context, now.state, {text, keys}, never));
    now.source.value = "LOCATION=" + uri.redacted();
    now.source.source = restore::encode_source({text, keys});
  } else {
    now.source.value.clear(), now.source.source.clear();
    now.source.following = false;
  }
  stop_following(engine, now.tenant.tenant_id);
  SEABED_CHECK(standby::write_source(context, now.source, std::nullopt));
  return now.source.following ? start_following(engine, now.tenant.tenant_id) : ok();
}

Result<std::vector<StandbyView>> standbys(EngineContext& context, const std::string& tenant) {
  SEABED_TRY(const auto sources, context.catalog->get<std::vector<catalog::LogSourceRow>>(
                                     [](Transaction& tx) { return catalog::list_log_sources(tx); }));
  std::vector<StandbyView> out;
  for (const auto& source : sources) {
    auto now = standby::read_standby(context, source.tenant_id);
    if (!now || (!tenant.empty() && now->tenant.name != tenant)) continue;
    out.push_back({now->tenant, now->source, now->streams, now->state.target, now->state.target_display,
                   now->state.bound});
  }
  if (out.empty() && !tenant.empty()) SEABED_CHECK(standby::find_standby(context, tenant));
  return out;
}

Status resume_standbys(Engine& engine) {
  SEABED_TRY(const auto sources, engine.context().catalog->get<std::vector<catalog::LogSourceRow>>(
                                     [](Transaction& tx) { return catalog::list_log_sources(tx); }));
  for (const auto& source : sources)
    if (source.following) SEABED_CHECK(start_following(engine, source.tenant_id));
  return ok();
}

}  // namespace seabed
