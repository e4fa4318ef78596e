#include "core/engine/restore/restore_log.h"

#include <algorithm>

namespace seabed::restore {

std::vector<PieceFacts> pieces_of(const Media& media, const Plan& plan) {
  std::vector<PieceFacts> pieces;
  for (size_t i : plan.pieces) pieces.push_back(media.piece_media[i].facts);
  return pieces;
}

namespace {

const Medium& archive_of(const Media& media, const Plan& plan) {
  return media.archive[media.piece_media[plan.pieces.front()].archive]->medium();
}

}  // namespace

Result<StreamResult> feed_log(StreamLog& log, Scn until, RestoreTarget& target,
                              const std::function<void(uint64_t bytes, Scn scn)>& replayed,
                              const CancelToken& cancel) {
  StreamResult result;
  result.exact = true;  // until an observed commit is taken
  bool next_exact = true,
       behind = false;  // behind: groups are only looked at, for the first commits left out
  uint64_t told = 0;
  for (LogGroup group;;) {
    if (cancel.cancelled()) return fail(Code::kCancelled, "restore", "was cancelled");
    SEABED_TRY(bool more, log.next(&group));
    if (!more) break;
    Result<bool> taken = false;
    if (!behind) taken = target.apply(group, until);
    if (!taken) {
      Error e = taken.error();
      e.object = log.current_key() + ": " + e.object;
      return fail(e);
    }
    replayed(log.bytes_read() - told, std::min(group.scn_hi, until));
    told = log.bytes_read();
    const bool commits = group.type == GroupType::kLog;  // metadata always has the archiver's stamps
    if (!*taken && !behind) result.place = log.place();
    if (!*taken) behind = true;
    if (!commits) continue;
    if (behind) {
      next_exact = group.stamp == StampSource::kExact;
      result.next_commit_seen = true;
      break;
    }
    result.synced = group.end;
    result.exact = group.stamp == StampSource::kExact;
    result.clock_error_ns = group.clock_error_ns;
  }
  if (!behind) result.place = log.place();
  result.exact = result.exact && next_exact;
  return result;
}

Result<StreamResult> replay_log(const Media& media, const Plan& plan, const StreamPlan& stream,
                                RestoreTarget& target,
                                const std::function<void(uint64_t bytes, Scn scn)>& replayed,
                                const CancelToken& cancel) {
  StreamLog log(archive_of(media, plan), pieces_of(media, plan), stream.meta.ls_id(),
                {Lsn{stream.meta.start_replay_lsn()}, stream.meta.start_replay_scn()});
  return feed_log(log, plan.target, target, replayed, cancel);
}

void take_report(const RestoreReport& report, bool unknown_delay, StreamResult* result) {
  result->unknown_delay = unknown_delay;
  // Stamped commits may still lie in the application's WAL buffer: only a later one in the log proves that
  // none is missing.
  if (unknown_delay && !result->next_commit_seen) result->exact = false;
  result->outcome.scn_lo = report.last_scn_lo;
  result->outcome.scn_hi = report.last_scn_hi;
  result->outcome.next_scn_lo = report.next_scn_lo;
  result->outcome.stamp = result->exact ? "exact" : "observed";
  result->log_bytes = report.log_bytes;
  result->groups = report.groups;
  result->records = report.records;
  result->warnings = report.warnings;
}

Scn cut_bound(const std::vector<StreamResult>& streams, Scn target) {
  Scn bound = 0;
  for (const StreamResult& s : streams) {
    if (s.exact) continue;
    if (s.unknown_delay) return kScnMax;
    const Scn width = s.outcome.scn_hi - std::min(s.outcome.scn_lo, s.outcome.scn_hi);
    // The first group left out may hold commits that happened before the cut.
    const Scn next = s.outcome.next_scn_lo;
    const Scn missed = next != 0 && next < target ? target - next : 0;
    bound = std::max<Scn>(bound, std::max(width, missed) + s.clock_error_ns);
  }
  return bound;
}

}  // namespace seabed::restore
