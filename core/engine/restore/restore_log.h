#pragma once
// Replaying one stream's log into its target, up to the cut.

#include <functional>

#include "core/engine/restore/plan.h"
#include "core/media/stream_log.h"

namespace seabed::restore {

/// Outcome of a stream, kept in the state file when it is finished.
struct StreamResult {
  StreamOutcome outcome;
  std::string engine, name;  // name: of its directory below the tenant's
  uint64_t clock_error_ns = 0;
  bool next_commit_seen = false;  // the log goes on behind the target
  bool exact = false;  // the last group taken and the first left out have the application's own stamps
  bool unknown_delay = false;  // and observed ones bound nothing
  uint64_t log_bytes = 0, groups = 0, records = 0;
  std::vector<std::string> warnings;
  std::optional<StreamLogPlace> place;  // where a standby reads on
  Lsn synced;  // end of the last commits that were taken here; empty: none
};

/// Feeds groups up to the first one left out, whose place the result has.
Result<StreamResult> feed_log(StreamLog& log, Scn until, RestoreTarget& target,
                              const std::function<void(uint64_t bytes, Scn scn)>& replayed, const CancelToken& cancel);
/// What the target reported, into a stream's result.
void take_report(const RestoreReport& report, bool unknown_delay, StreamResult* result);
std::vector<PieceFacts> pieces_of(const Media& media, const Plan& plan);
/// Feeds every group from the base's start; ends at the target. Whether the first one is early enough the
/// target knows: the oldest position that recovery asks for may be of a log that never was. The result is
/// without outcome.directory.
Result<StreamResult> replay_log(const Media& media, const Plan& plan, const StreamPlan& stream,
                                RestoreTarget& target, const std::function<void(uint64_t bytes, Scn scn)>& replayed,
                                const CancelToken& cancel);
/// Published bound over the streams of a tenant (design.md: "what a cut means"); kScnMax: unknown. Pure.
Scn cut_bound(const std::vector<StreamResult>& streams, Scn target);

}  // namespace seabed::restore
