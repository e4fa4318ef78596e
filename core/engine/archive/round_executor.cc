#include "core/engine/archive/round_executor.h"

#include "core/base/log.h"
#include "core/base/log_context.h"
#include "core/catalog/events.h"
#include "core/catalog/parameters.h"
#include "core/catalog/standbys.h"
#include "core/engine/rebuild/rebuild.h"

namespace seabed {

Result<std::unique_ptr<TenantArchiver>> TenantArchiver::create(EngineContext& context, const TenantConfig& tenant,
                                                               const ArchiveTuning& tuning) {
  if (!context.catalog || !context.storage || !context.clock)
    return fail(Code::kInternal, "archiver", "the engine context is not complete");
  if (tenant.tenant_id == 0)
    return fail(Code::kInvalidArgument, "tenant " + tenant.name, "has no id yet", "enter it in the catalog first");
  return std::make_unique<archive::RoundExecutor>(context, tenant, tuning);
}

namespace archive {

namespace {
constexpr auto kCatalogLook = std::chrono::milliseconds(500);
constexpr auto kTick = std::chrono::milliseconds(1000), kTickAfterError = std::chrono::milliseconds(500);
}

RoundExecutor::RoundExecutor(EngineContext& context, const TenantConfig& tenant, const ArchiveTuning& tuning)
    : context_(context), clock_(*context.clock), config_(tenant), tuning_(tuning), log_form_(context, tenant.tenant_id),
      bridge_(tenant.tenant_id, tuning) {
  if (context.open_tenant_source) tenant_source_ = context.open_tenant_source(tenant);
}

RoundExecutor::~RoundExecutor() { stop(); }

void RoundExecutor::set_bridge(BridgeFn bridge) { bridge_.set(std::move(bridge)); }

void RoundExecutor::start() {
  const log::Scope mine({.tenant = config_.name, .job = "archive"});
  keeper_ = std::make_unique<LeaseKeeper>(context_.limits.lease);
  thread_ = std::thread([this] {
    const log::Scope scope({.tenant = config_.name, .job = "archive"});
    run();
  });
}

void RoundExecutor::stop() {
  if (!thread_.joinable()) return;
  cancel_.cancel();
  wake();
  thread_.join();
  bridge_.stop();
  stop_streams(true);
  if (running_) (void)move_checkpoint(stream_progress(), true);  // what they shipped at the end
  if (dest_.lease) {
    keeper_->remove(dest_.lease);
    IoContext ctx;
    ctx.deadline = after(std::chrono::seconds(5));
    dest_.lease->release(ctx);
  }
  keeper_.reset();
  {
    std::lock_guard lock(mutex_);
    dictionary_ = nullptr;
    fold_ = nullptr;
    sources_.clear();
  }
  moved();
}

/// Whoever waits looks again.
void RoundExecutor::moved() {
  {
    std::lock_guard lock(mutex_);
    ++moves_;
  }
  moved_.notify_all();
}

void RoundExecutor::wake() {
  reload_ = true;
  nudge();
}

void RoundExecutor::nudge() {
  std::lock_guard lock(wake_mutex_);
  woken_ = true;
  wake_cv_.notify_all();
}

void RoundExecutor::run() {
  while (!cancel_.cancelled()) {
    const Status done = tick();
    note(done);
    std::unique_lock lock(wake_mutex_);
    const auto hurried = Steady::now().time_since_epoch().count() < hurried_until_;
    const auto pause = !done ? kTickAfterError : hurried ? std::chrono::milliseconds(20) : kTick;
    // Every publish of a stream wakes us; looking at the catalog more than 20 times a second gains nothing.
    wake_cv_.wait_for(lock, pause, [this] { return woken_ || cancel_.cancelled(); });
    woken_ = false;
    lock.unlock();
    cancel_.wait_for(std::chrono::milliseconds(hurried && done ? 5 : 50));   // a waiter nudges on, also when all fails
  }
}

void RoundExecutor::note(const Status& status) {
  const std::string text = status ? "" : status.error().message();
  if (!text.empty() && text != error_) log::warn("archive of tenant {}: {}", config_.name, text);
  error_ = text;
  update_status(stream_progress());
  looked_ = true;
}

IoContext RoundExecutor::io() const {
  IoContext ctx;
  ctx.deadline = after(context_.limits.request_deadline);
  ctx.cancel = &io_cancel_;
  return ctx;
}

Result<RoundExecutor::Facts> RoundExecutor::load() {
  return context_.catalog->get<Facts>([&](Transaction& tx) -> Result<Facts> {
    Facts facts;
    SEABED_TRY(auto tenant, catalog::find_tenant(tx, config_.tenant_id));
    if (!tenant) return fail(Code::kNotFound, "tenant " + config_.name, "is not in the catalog");
    facts.tenant = *tenant;
    if (tenant->role == "STANDBY") {
      SEABED_TRY(const auto source, catalog::find_log_source(tx, config_.tenant_id));
      if (source) facts.standby_directory = source->directory;
    }
    SEABED_TRY(facts.wanted,
               catalog::current_destination(tx, config_.tenant_id, catalog::DestinationKind::kArchive));
    SEABED_TRY(facts.round, catalog::round_to_close(tx, config_.tenant_id));
    if (!facts.round) {
      SEABED_TRY(facts.round, catalog::newest_round(tx, config_.tenant_id));
    }
    SEABED_TRY(const uint64_t lag_us, catalog::parameter(tx, config_.tenant_id, "archive_lag_target"));
    facts.lag = std::chrono::milliseconds(lag_us / 1000);
    SEABED_TRY(const uint64_t dump_us, catalog::parameter(tx, config_.tenant_id, "dump_data_dictionary_to_log_interval"));
    facts.dump_interval_ns = dump_us * 1000;
    SEABED_TRY(facts.log_form, TenantLogForm::name(tx, context_.cluster_id, config_.tenant_id));
    SEABED_TRY(const auto parameters, catalog::list_parameters(tx, config_.tenant_id));
    for (const auto& p : parameters)
      // Never on a medium (reference: statements, section 5).
      if (!p.is_default && p.name != "external_kms_info" && p.name != "tde_method") facts.parameters[p.name] = p.value;
    return facts;
  });
}

catalog::EventRow event_of(const TenantConfig& tenant, const catalog::RoundRow& round, const std::string& before) {
  catalog::EventRow row{.module = "archive", .event = "round_" + round.status};
  row.facts = {{"tenant", tenant.name},
               {"dest_id", std::to_string(round.dest_id)},
               {"round_id", std::to_string(round.round_id)},
               {"from", before}};
  row.extra_info = round.comment.substr(0, 500);
  return row;
}

// The row goes from the state it is in to the one that the table gives for the event; kInternal for any other.
Status RoundExecutor::persist(Row row, RoundEvent event, const std::function<Status(Transaction&)>& more) {
  const auto from = parse_state(row.status);
  const auto to = from ? next_state(*from, event) : std::nullopt;
  if (!to) return fail(Code::kInternal, "archive round", "no transition from " + row.status);
  const std::string expected = row.status;
  row.status = state_name(to->to);
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::update_round(tx, row, expected));
    if (row.status != expected) SEABED_CHECK(catalog::record_event(tx, event_of(config_, row, expected)));
    return more ? more(tx) : ok();
  }));
  round_ = row;
  if (row.status != expected) log::info("archive of tenant {}: {} -> {}", config_.name, expected, row.status);
  update_status(stream_progress());
  nudge();  // the next step at once
  if (row.status != expected) context_.at_state("archive/" + row.status);
  return ok();
}

// Streams nudge often; the catalog is looked at when someone says that it changed, and twice a second.
Status RoundExecutor::look_at_catalog() {
  if (!reload_.exchange(false) && error_.empty() && Steady::now() - loaded_at_ < kCatalogLook) {
    facts_.round = round_;
    return ok();
  }
  SEABED_TRY(facts_, load());
  loaded_at_ = Steady::now();
  saved_checkpoint_ = facts_.round ? facts_.round->checkpoint_scn : 0;
  return ok();
}

// Once a destination, before anything is written there: a catalog that was lost or is an older copy follows the medium.
// A medium that is away holds up only what would write to it.
Status RoundExecutor::follow_medium() {
  if (!facts_.wanted || followed_.contains(facts_.wanted->dest_id)) return ok();
  const auto state = parse_state(facts_.round ? facts_.round->status : "");
  const bool ending = state == RoundState::kStopping || state == RoundState::kSuspending;
  const bool idle = !facts_.enabled() && (state == RoundState::kNone || state == RoundState::kStop);
  const auto changes = bring_forward(context_, config_.tenant_id, MediaKind::kArchive, cancel_);
  if (!changes && !ending && !idle) return fail(changes.error());
  if (!changes) {  // not compared yet: asked again with the next tick
    log::warn("archive of tenant {}: {}", config_.name, changes.error().message());
    return ok();
  }
  followed_.insert(facts_.wanted->dest_id);
  if (changes->empty()) return ok();
  tear_down("");
  reload_ = true;
  return look_at_catalog();
}

Status RoundExecutor::tick() {
  SEABED_CHECK(look_at_catalog());
  SEABED_CHECK(follow_medium());
  lag_ms_ = facts_.lag.count();
  dump_interval_ns_ = facts_.dump_interval_ns;
  if (log_form_name_ != facts_.log_form) {
    log_form_name_ = facts_.log_form;
    ++log_form_turn_;
  }
  const auto state = parse_state(facts_.round ? facts_.round->status : "");
  if (!state) return fail(Code::kCorruption, "catalog", "archive round in unknown state " + facts_.round->status);
  // Checkpoints reach the row at most once a second: what is known here may be newer.
  if (facts_.round && round_ && round_->round_id == facts_.round->round_id &&
      round_->checkpoint_scn > facts_.round->checkpoint_scn) {
    facts_.round->checkpoint_scn = round_->checkpoint_scn;
    facts_.round->max_scn = std::max(facts_.round->max_scn, round_->max_scn);
  }
  round_ = facts_.round;
  bind_log(facts_, *state);
  switch (*state) {
    case RoundState::kNone:
    case RoundState::kStop: return facts_.enabled() ? begin_new_round(facts_) : ok();
    case RoundState::kPrepare: return prepare(facts_, *round_);
    case RoundState::kBeginning:
    case RoundState::kDoing: return archive(facts_);
    case RoundState::kSuspend:
      if (!facts_.archivelog()) return persist(*round_, RoundEvent::kNoArchivelog);
      return facts_.enabled() ? resume_round(facts_, *round_) : ok();
    case RoundState::kInterrupted:
      if (!facts_.archivelog()) return persist(*round_, RoundEvent::kNoArchivelog);
      if (facts_.wanted && facts_.wanted->state == "DEFER") return persist(*round_, RoundEvent::kDefer);
      return ok();
    case RoundState::kSuspending:
      if (!facts_.archivelog()) return persist(*round_, RoundEvent::kNoArchivelog);
      return finish_stopping(facts_, *round_, true);
    case RoundState::kStopping: return finish_stopping(facts_, *round_, false);
  }
  return ok();
}

}  // namespace archive
}  // namespace seabed
