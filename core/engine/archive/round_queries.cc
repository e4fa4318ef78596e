// What other threads ask: status, positions, and to wait until something is restorable.

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/catalog/ls_progress.h"
#include "core/engine/archive/round_executor.h"

namespace seabed {

Result<Scn> TenantArchiver::wait_covered(uint64_t ls_id, Scn scn, const IoContext& ctx) {
  const ArchiveStatus now = status();
  const RoundRef round{now.dest_id, now.round_id};
  SEABED_TRY(const Scn stamp, wait_stamp(round, ls_id, scn, ctx));
  SEABED_CHECK(wait_checkpoint(round, stamp, ctx));
  return stamp;
}

namespace archive {
namespace {
constexpr std::chrono::milliseconds kBetweenHurries{20};
}  // namespace

RoundExecutor::StreamPtr RoundExecutor::stream(uint64_t ls_id) const {
  std::lock_guard lock(mutex_);
  const auto found = streams_.find(ls_id);
  return found == streams_.end() ? nullptr : found->second;
}

// Right after a restart the round is DOING in the catalog while its streams are still being attached.
StreamSource* RoundExecutor::source(uint64_t ls_id) {
  const StreamPtr archived = stream(ls_id);
  if (!archived || archived->progress().condition == StreamCondition::kStarting) return nullptr;
  std::lock_guard lock(mutex_);
  const auto found = sources_.find(ls_id);
  return found == sources_.end() ? nullptr : found->second.get();
}

ArchiveStatus RoundExecutor::status() const {
  ArchiveStatus out;
  std::vector<std::pair<uint64_t, StreamHealth>> health;
  {
    std::lock_guard lock(mutex_);
    out = status_;
    for (const auto& [ls_id, source] : sources_) health.emplace_back(ls_id, source->health());
  }
  for (auto& ls : out.streams)
    for (const auto& [ls_id, h] : health)
      if (ls_id == ls.ls_id) {
        ls.pinned_bytes = h.pinned_bytes;
        ls.link_error = h.link_error;
        const auto also = [&, id = ls_id](const std::string& what) {
          out.comment += fmt::format("{}log stream {}: {}", out.comment.empty() ? "" : "; ", id, what);
        };
        if (h.keeps_log && h.pinned_bytes > h.pinned_limit)
          also(fmt::format("{} pinned bytes exceed the limit of {}: BINDING=Mandatory keeps them", h.pinned_bytes, h.pinned_limit));
        if (!h.link_error.empty()) also("the log is not protected by links: " + h.link_error);
      }
  return out;
}

Result<Scn> RoundExecutor::wait_stamp(const RoundRef& round, uint64_t ls_id, Scn scn, const IoContext& ctx) {
  std::optional<Scn> standing;  // a standby's streams may each hold a little more: the checkpoint is the smallest of them
  if (StreamSource* one = source(ls_id)) {
    SEABED_TRY(const auto followed, one->followed());
    if (followed) {
      SEABED_TRY(standing, present());
    }
  }
  const std::string who = fmt::format("log stream {}", ls_id);
  return hurry_until(round, who, ctx, [&](Scn, const StreamsById& streams, bool hurry) {
    std::optional<Scn> stamp;
    for (const auto& [id, stream] : streams) {
      if (id != ls_id && !hurry) continue;
      const auto theirs = stream->covered(scn);
      if (id == ls_id) stamp = theirs;
    }
    if (stamp && standing) stamp = std::max(scn, std::min(*stamp, *standing));
    return stamp;
  });
}

Status RoundExecutor::wait_checkpoint(const RoundRef& round, Scn scn, const IoContext& ctx) {
  const std::string who = "archive of tenant " + config_.name;
  const auto reached = hurry_until(round, who, ctx, [&](Scn checkpoint, const StreamsById& streams, bool hurry) {
    if (checkpoint >= scn) return std::optional(checkpoint);
    for (const auto& [id, stream] : streams)
      if (hurry && stream->progress().checkpoint < scn) (void)stream->covered(scn);
    return std::optional<Scn>();
  });
  return reached ? ok() : Status(fail(reached.error()));
}

/// Everyone is hurried, the tenant's checkpoint being the smallest of all, until `there` has an answer.
Result<Scn> RoundExecutor::hurry_until(const RoundRef& round, const std::string& who, const IoContext& ctx, const Answer& there) {
  for (auto hurry_at = Steady::now();;) {
    ArchiveStatus now;
    StreamsById streams;
    uint64_t seen = 0;
    bool coming = false;   // the executor has just been started: nobody knows yet what the round is
    {
      std::lock_guard lock(mutex_);
      seen = moves_;
      coming = !looked_ && thread_.joinable() && !cancel_.cancelled();
      now.status = status_.status, now.checkpoint_scn = status_.checkpoint_scn;
      now.dest_id = status_.dest_id, now.round_id = status_.round_id;
      streams = streams_;
    }
    if (!coming && RoundRef{now.dest_id, now.round_id} != round)
      return fail(Code::kConflict, who, fmt::format("the archive is at round {} of destination {} now, not at round {} of {}",
                                                    now.round_id, now.dest_id, round.round_id, round.dest_id));
    const bool runs = (now.status == "DOING" || now.status == "BEGINNING") && !cancel_.cancelled();
    const bool hurry = runs && Steady::now() >= hurry_at;
    if (coming) hurry_at = Steady::now() + kBetweenHurries;
    if (hurry) {
      hurry_at = Steady::now() + kBetweenHurries;
      hurried_until_ = (Steady::now() + std::chrono::milliseconds(100)).time_since_epoch().count();
    }
    if (const auto answer = there(now.checkpoint_scn, runs ? streams : StreamsById(), hurry)) return *answer;
    if (now.status == "INTERRUPTED") return fail(Code::kGap, who, "the archive round is INTERRUPTED", "start a new round");
    if (cancel_.cancelled()) return fail(Code::kCancelled, who, "the archiver stops");
    if (!runs && !coming)
      return fail(Code::kConflict, who, "archiving is not DOING (" + (now.status.empty() ? "no round" : now.status) + ")");
    if (ctx.cancel && ctx.cancel->cancelled()) return fail(Code::kCancelled, who, "cancelled while waiting for the log");
    if (Steady::now() >= ctx.deadline)
      return fail(Code::kTimeout, who, "its log was not archived in time", "look at the archive's status");
    if (hurry) nudge();
    std::unique_lock lock(mutex_);
    moved_.wait_until(lock, hurry_at, [&] { return moves_ != seen; });
  }
}

/// Up to where a flush goes: the clock, or what the standby can read.
Result<Scn> RoundExecutor::present() {
  std::lock_guard lock(mutex_);
  Scn readable = kScnMax;
  for (const auto& [ls_id, source] : sources_) {
    SEABED_TRY(const auto followed, source->followed());
    if (followed) readable = std::min(readable, followed->readable);
  }
  return readable == kScnMax ? clock_.read().now : readable;
}

Status RoundExecutor::flush(const IoContext& ctx) {
  std::vector<uint64_t> ids;
  const auto attached = [&] {
    std::lock_guard lock(mutex_);
    ids.clear();
    for (const auto& [ls_id, s] : streams_) ids.push_back(ls_id);
    const std::string& state = status_.status;
    const bool coming = !looked_ || state == "PREPARE" || state == "BEGINNING" || state == "DOING";
    return (!ids.empty() && looked_) || !coming || !thread_.joinable();
  };
  while (!attached() && Steady::now() < ctx.deadline) cancel_.wait_for(std::chrono::milliseconds(20));
  if (ids.empty()) return fail(Code::kConflict, "tenant " + config_.name, "archiving is not running");
  SEABED_TRY(const Scn now, present());
  for (const uint64_t ls_id : ids) SEABED_CHECK(wait_covered(ls_id, now, ctx));
  return ok();
}

// The index tells a file at or before the position; its groups, and those of the files behind it, tell the stamp.
Result<Scn> RoundExecutor::stamp_of(uint64_t ls_id, const Lsn& lsn) {
  const std::string who = fmt::format("log stream {}", ls_id);
  const auto live = stream(ls_id);
  if (!live) return fail(Code::kNotFound, who, "is not being archived");
  const auto progress = live->progress();
  if (lsn >= progress.end && progress.checkpoint != 0) return progress.checkpoint;  // nothing behind it yet
  uint64_t dest = 0;
  RoundPlan plan;
  {
    std::lock_guard lock(mutex_);
    dest = shown_dest_.dest_id;
    plan = shown_plan_;
  }
  SEABED_TRY(const auto known, context_.catalog->get<std::optional<catalog::StampRow>>([&](Transaction& tx) {
    return catalog::find_stamp(tx, config_.tenant_id, dest, plan.round_id, ls_id, lsn);
  }));
  SEABED_TRY(const Scn scn, known ? scan_for(ls_id, lsn, known->piece_id, static_cast<uint32_t>(known->file_id))
                                  : scan_for(ls_id, lsn, plan.base_piece_id, 1));
  // What the first look found may be older than the round; no piece begins before the round does.
  return std::max(scn, plan.start_scn);
}

Result<Scn> RoundExecutor::scan_for(uint64_t ls_id, const Lsn& lsn, uint64_t piece, uint32_t file) {
  ArchiveStreamId id;
  std::shared_ptr<ObjectStore> store;
  uint64_t last_piece = 0;
  Scn start = 0;
  {
    std::lock_guard lock(mutex_);
    store = shown_dest_.store;
    start = shown_plan_.start_scn;
    id = {config_.tenant_id, shown_dest_.dest_id, shown_plan_.round_id, ls_id};
    if (const auto s = streams_.find(ls_id); s != streams_.end()) last_piece = s->second->progress().piece_id;
  }
  if (!store) return fail(Code::kConflict, fmt::format("log stream {}", ls_id), "is not being archived");
  std::optional<Scn> found;
  bool reaches_back = false;
  const auto visit = [&](LogGroup& g) {
    if (!carries_log(g.type)) return;
    reaches_back |= g.begin <= lsn;
    if (!found && g.end > lsn) found = g.scn_lo;
  };
  for (; piece <= last_piece && !found; ++piece, file = 1) {
    SEABED_TRY(const auto files, list_log_files(*store, id, piece, io()));
    for (const uint32_t n : files) {
      if (n < file || found) continue;
      SEABED_TRY(const auto scan, scan_log_file(*store, id, piece, n, std::numeric_limits<uint64_t>::max(), visit, io()));
      // A log file without a byte (a database that was closed) gives no group, but the archive begins before it.
      reaches_back |= !scan.start.empty() && scan.start <= lsn;
    }
  }
  if (!found || !reaches_back)
    return fail(Code::kNotFound, fmt::format("log stream {}", ls_id), "the position is not in this archive round");
  // What was in the log before the round began was seen by its first look: the archive begins with the round.
  return std::max(*found, start);
}

}  // namespace archive
}  // namespace seabed
