// From a row to running streams: destination, leases, what the medium has, sources.

#include <spdlog/fmt/fmt.h>

#include "core/base/log.h"
#include "core/base/uri.h"
#include "core/engine/archive/round_executor.h"
#include "core/engine/job/standby_tenants.h"
#include "core/format/meta.pb.h"
#include "core/media/format_file.h"

namespace seabed::archive {

namespace {
DestinationFacts facts_of(const EngineContext& context, const catalog::TenantRow& tenant, uint64_t dest_id) {
  DestinationFacts f;
  f.cluster_id = context.cluster_id;
  f.cluster_name = context.cluster_name;
  f.tenant_id = tenant.tenant_id;
  f.tenant_name = tenant.name;
  f.incarnation = tenant.incarnation;
  f.dest_id = dest_id;
  f.use = DestinationUse::kArchive;
  return f;
}
}  // namespace

Status RoundExecutor::open_destination(const Facts& facts, uint64_t dest_id) {
  if (dest_.store && dest_.dest_id == dest_id) return ok();
  SEABED_TRY(const auto row, context_.catalog->get<std::optional<catalog::DestinationRow>>(
                                 [&](Transaction& tx) { return catalog::find_destination(tx, dest_id); }));
  if (!row) return fail(Code::kNotFound, fmt::format("destination {}", dest_id), "is not in the catalog");
  SEABED_TRY(const Uri uri, parse_uri(row->uri));
  SEABED_TRY(auto store, context_.storage->open(uri));
  SEABED_CHECK(check_format(*store, facts_of(context_, facts.tenant, dest_id), io()));
  Destination dest;
  dest.dest_id = dest_id;
  dest.store = store;
  dest.tree = std::make_unique<ArchiveTree>(store, facts.tenant.time_zone, [this] { return io(); });
  dest_ = std::move(dest);
  std::lock_guard lock(mutex_);
  shown_dest_.store = store;
  shown_dest_.dest_id = dest_id;
  return ok();
}

// The coordinator's lease. After an outage that outlived it, a new epoch goes on if no one else came between.
Status RoundExecutor::hold_lease() {
  if (dest_.lease && dest_.lease->check()) return ok();
  if (dest_.lease) {
    keeper_->remove(dest_.lease);
    SEABED_CHECK(dest_.lease->look(io()));
  }
  const uint64_t mine = dest_.lease ? dest_.lease->epoch() : 0;
  const LeaseTerms terms{context_.limits.lease, context_.limits.clock_error, context_.limits.request_deadline};
  SEABED_TRY(auto lease, StreamLease::claim(dest_.store, 0, context_.owner, terms, *context_.clock, io()));
  if (mine != 0 && lease->previous_epoch() != mine) {
    lease->release(io());
    return fail(Code::kFenced, "archive coordination of tenant " + config_.name,
                "was taken over by " + lease->previous_owner(), "only one archiver may run on a destination");
  }
  dest_.lease = std::move(lease);
  keeper_->add(dest_.lease);
  return ok();
}

Status RoundExecutor::ensure_running(const Facts& facts, const Row& row) {
  SEABED_CHECK(open_destination(facts, row.dest_id));
  if (const auto held = hold_lease(); !held) {
    if (held.error().code == Code::kFenced) tear_down(held.error().message());
    return held;
  }
  if (running_) return ok();
  SEABED_CHECK(check_format(*dest_.store, facts_of(context_, facts.tenant, row.dest_id), io()));
  SEABED_CHECK(load_pieces(row));
  SEABED_CHECK(open_sources(facts));
  {
    std::lock_guard lock(mutex_);
    for (auto& [ls_id, source] : sources_) {
      streams_[ls_id] = std::make_shared<StreamArchiver>(*source, environment(ls_id));
      streams_[ls_id]->start();
    }
  }
  running_ = true;
  return ok();
}

// Open pieces from the catalog; checkpoint, and what sources need to go on, from the medium.
Status RoundExecutor::load_pieces(const Row& row) {
  plan_ = {row.round_id, row.start_scn, row.base_piece_id, row.piece_switch_interval_us * 1000};
  SEABED_TRY(const auto pieces, context_.catalog->get<std::vector<catalog::PieceRow>>([&](Transaction& tx) {
    return catalog::list_pieces(tx, config_.tenant_id, row.dest_id);
  }));
  open_pieces_.clear();
  for (const auto& piece : pieces)
    if (piece.round_id == row.round_id && piece.status == "ACTIVE") open_pieces_[piece.piece_id] = piece;
  checkpoint_ = row.checkpoint_scn;
  // A crash between the last piece's end and the round's: only the latter is left to write.
  if (open_pieces_.empty() && row.status != "STOPPING")
    return fail(Code::kCorruption, "catalog", "the round has no active piece");
  for (const auto& piece : pieces)
    if (piece.round_id == row.round_id) checkpoint_ = std::max(checkpoint_, piece.checkpoint_scn);
  resume_.clear();
  for (auto piece = open_pieces_.rbegin(); piece != open_pieces_.rend(); ++piece) {
    SEABED_TRY(const auto newest, dest_.tree->newest_checkpoint(key(piece->first)));
    if (!newest) continue;
    checkpoint_ = std::max(checkpoint_, newest->checkpoint_scn());
    for (const auto& ls : newest->ls()) resume_[ls.ls_id()] = {ls.resume(), Lsn{ls.resume_lsn()}};
    break;
  }
  round_->checkpoint_scn = std::max(round_->checkpoint_scn, checkpoint_);
  clock_.hold(std::max(checkpoint_, round_->max_scn));
  std::lock_guard lock(mutex_);
  shown_plan_ = plan_;
  return ok();
}

/// A standby's log and files are staged; what the configuration would call its database does not exist yet.
Result<std::unique_ptr<StreamSource>> RoundExecutor::open_source(const Facts& facts, const LogStreamConfig& stream) {
  const auto adapter = context_.adapters.find(stream.engine);
  if (adapter == context_.adapters.end())
    return fail(Code::kNotFound, "engine " + stream.engine, "is not known to this program");
  if (!facts.standby_directory.empty()) return adapter->second->open_staged(stream.stream);
  if (context_.standbys && context_.standbys->find(config_.tenant_id))
    return fail(Code::kConflict, "tenant " + config_.name, "was activated: it is a database of its own now",
                "add its [[tenant]] table to the configuration and start the agent again");
  return adapter->second->open_stream(stream.stream, clock_);
}

/// By the clock; a standby's log keeps the stamps of its source, and the round begins below the first of them.
Result<Scn> RoundExecutor::start_scn() {
  Scn start = kScnMax;
  std::lock_guard lock(mutex_);
  for (const auto& [ls_id, source] : sources_) {
    SEABED_TRY(const auto followed, source->followed());
    if (followed) start = std::min(start, followed->begin);
  }
  return start == kScnMax ? clock_.read().now : std::max<Scn>(start, 1) - 1;
}

Status RoundExecutor::open_sources(const Facts& facts) {
  for (const auto& stream : config_.streams) {
    if (sources_.contains(stream.ls_id)) continue;
    SEABED_TRY(auto source, open_source(facts, stream));
    std::lock_guard lock(mutex_);
    sources_[stream.ls_id] = std::move(source);
  }
  return open_dictionary(facts);
}

StreamEnvironment RoundExecutor::environment(uint64_t ls_id) {
  StreamEnvironment env;
  env.store = dest_.store;
  env.clock = &clock_;
  env.lease_clock = context_.clock;
  env.id = {config_.tenant_id, dest_.dest_id, plan_.round_id, ls_id};
  env.plan = plan_;
  env.first_open_piece = open_pieces_.begin()->first;
  env.newest_piece = open_pieces_.rbegin()->first;
  env.owner = context_.owner;
  env.terms = {context_.limits.lease, context_.limits.clock_error, context_.limits.request_deadline};
  env.keeper = keeper_.get();
  size_t all = 0;
  for (const auto& tenant : context_.tenants) all += tenant.streams.size() + 1;
  // Where every write is an object of its own, it holds a lag period or a whole file.
  const bool append = dest_.store->capabilities().append;
  const uint64_t kAllBuffers = append ? 64 << 20 : 128 << 20, kMost = append ? 16 << 20 : 64 << 20;
  constexpr uint64_t kLeast = 512 << 10;
  env.buffer_bytes = tuning_.buffer_bytes ? tuning_.buffer_bytes
                                          : std::clamp<uint64_t>(kAllBuffers / std::max<size_t>(all, 1), kLeast, kMost);
  env.file_size = tuning_.file_size;
  env.form = [this, ls_id] { return log_form_.form(ls_id); };
  env.form_turn = [this] { return log_form_turn_.load(); };
  env.lag_target = [this] { return std::chrono::milliseconds(lag_ms_); };
  if (const auto known = resume_.find(ls_id); known != resume_.end())
    std::tie(env.resume, env.resume_lsn) = known->second;
  env.published = [this] {
    nudge();
    moved();
  };
  env.keep_hole = [this, ls_id](const LogHole& hole, Scn hi, uint64_t piece) { return keep_hole(ls_id, hole, hi, piece); };
  connect_dictionary(ls_id, &env);
  return env;
}

// On a stream's thread: the object first, then the row.
Status RoundExecutor::keep_hole(uint64_t ls_id, const LogHole& hole, Scn scn_hi, uint64_t piece_id) {
  meta::HoleRecord record;
  record.set_ls_id(ls_id);
  record.set_scn_lo(hole.scn_lo);
  record.set_scn_hi(scn_hi);
  record.set_lsn(hole.at.bytes);
  record.set_reason(hole.reason);
  record.set_detail(hole.detail);
  std::shared_ptr<ObjectStore> store;
  paths::PieceKey piece;
  {
    std::lock_guard lock(mutex_);
    store = shown_dest_.store;
    piece = {shown_dest_.dest_id, shown_plan_.round_id, piece_id};
  }
  SEABED_TRY(const Scn kept, write_hole(*store, piece, record, io()));
  log::warn("archive of tenant {}: hole in the log of stream {}: {}", config_.name, ls_id, hole.reason);
  catalog::HoleRow row;
  row.tenant_id = config_.tenant_id;
  row.dest_id = piece.dest;
  row.round_id = piece.round;
  row.piece_id = piece_id;
  row.ls_id = ls_id;
  row.scn_lo = kept;
  row.scn_hi = scn_hi;
  row.lsn = hole.at;
  row.reason = hole.reason;
  row.detail = catalog::Opaque{hole.detail};
  return context_.catalog->transact([&](Transaction& tx) { return catalog::put_hole(tx, row); });
}

void RoundExecutor::stop_streams(bool ship) {
  std::map<uint64_t, StreamPtr> streams;
  {
    std::lock_guard lock(mutex_);
    streams = streams_;
  }
  for (auto& [ls_id, stream] : streams) stream->stop(ship);
}

// Everything but the sources: snapshots may hold on to them.
void RoundExecutor::tear_down(const std::string& reason) {
  if (!reason.empty()) log::error("archive of tenant {} stops: {}", config_.name, reason);
  stop_streams(false);
  {
    std::lock_guard lock(mutex_);
    streams_.clear();
    shown_dest_ = {};
  }
  if (dest_.lease) {
    keeper_->remove(dest_.lease);
    dest_.lease->release(io());
  }
  dest_ = {};
  plan_ = {};
  open_pieces_.clear();
  running_ = false;
  checkpoint_ = checkpoint_bytes_ = 0;
}

}  // namespace seabed::archive
