// From UNTIL to an SCN, and the words for a target that nothing leads to.

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/engine/restore/plan.h"
#include "core/engine/restore/window_gaps.h"

namespace seabed::restore {
namespace {

constexpr int kNoLog = 4018, kNoSet = 9011, kNotContinuous = 9064, kOtherRound = 9077, kRestoreFailed = 9099;

/// The newest set that is old enough for the target; nullptr: none.
const BaseFacts* newest_before(const Media& media, Scn target) {
  const BaseFacts* best = nullptr;
  for (const BaseFacts& b : media.bases)
    if (b.min_restore <= target && (!best || b.min_restore >= best->min_restore)) best = &b;
  return best;
}

struct Reason {
  int number;
  std::string text;
};

bool in_other_round(const Media& media, const BaseFacts& base, Scn target) {
  return base.archive_round != 0 && std::any_of(media.spans.begin(), media.spans.end(), [&](const PieceSpan& p) {
    return p.of_set == 0 && p.start < target && target <= p.end &&
           (p.key.round != base.archive_round || p.key.dest != base.archive_dest);
  });
}

Reason reason(const Media& media, Scn target) {
  const BaseFacts* base = newest_before(media, target);
  if (media.bases.empty()) return {kNoSet, "there is no usable backup set"};
  if (!base) return {kRestoreFailed, "it lies before the minimum recovery point of the first backup set"};
  for (const HoleSpan& h : base->uncovered)
    if (h.scn_lo <= target)
      return {kNotContinuous, fmt::format("log stream {} has a hole since {} that no earlier backup set contains: {}",
                                          h.ls_id, media.display(h.scn_lo), h.reason)};
  if (media.archives_given == 0)
    return {kNoLog, fmt::format("no enough log for restore: no log archive was given, and the log inside backup set {} "
                                "leads to its own minimum restore point alone", base->set_id)};
  Scn end = 0;
  for (const PieceSpan& p : media.spans) end = std::max(end, p.end);
  if (end < target)
    return {kNoLog, "no enough log for restore: it lies behind the last archived checkpoint " + media.display(end)};
  if (in_other_round(media, *base, target))
    return {kOtherRound, fmt::format("it lies in another round than the log of backup set {}, and between two rounds "
                                     "log is missing", base->set_id)};
  return {kNotContinuous,
          fmt::format("the archived log does not lead to it without a gap from backup set {}", base->set_id)};
}

/// "Latest" must not be something earlier in silence: a newer piece of the round that cannot be used is
/// refused.
Status nothing_newer_is_lost(const Media& media, Scn end) {
  paths::PieceKey last;
  for (const PieceSpan& p : media.spans)
    if (p.end == end) last = p.key;
  for (const PieceFacts& bad : media.bad_pieces)
    if (bad.key.dest == last.dest && bad.key.round == last.round && bad.key.piece >= last.piece)
      return fail(Code::kConflict, bad.problem->object,
                  "the newest log cannot be used: " + bad.problem->reason,
                  fmt::format("restore until {} (SCN {}) or earlier, or repair it: seabed verify",
                              media.display(end), end));
  return ok();
}

}  // namespace

Result<Scn> resolve_target(const Media& media, const RestoreTargetPoint& until) {
  switch (until.kind) {
    case RestoreTargetPoint::Kind::kScn: return until.scn;
    case RestoreTargetPoint::Kind::kTime: return scn_from_timestamp(until.time, media.mode, media.zone);
    case RestoreTargetPoint::Kind::kLatest: break;
  }
  if (auto end = latest(media.bases, media.spans)) {
    SEABED_CHECK(nothing_newer_is_lost(media, *end));
    return *end;
  }
  return fail(Error{Code::kConflict, "tenant " + media.tenant.tenant_name(),
                    media.bases.empty() ? "there is no usable backup set: there is nothing to restore to"
                                        : "no enough log for restore: no backup set has the log that it needs",
                    media.problems.empty() ? "give the archive destination of these backups too"
                                           : "run seabed verify: " + media.problems.front().message(),
                    0, media.bases.empty() ? kNoSet : kNoLog});
}

Error impossible(const Media& media, Scn target) {
  const Nearest n = nearest(window_of(media.bases, media.spans), target);
  std::string next = "possible is ";
  auto point = [&](Scn scn) { return fmt::format("{} (SCN {})", media.display(scn), scn); };
  if (n.before) next += "the time up to " + point(*n.before);
  if (n.before && n.after) next += ", and ";
  if (n.after) next += "the time from " + point(*n.after);
  if (!n.before && !n.after)
    next = "no target is possible with what is there; run seabed window and seabed verify";
  const Reason why = reason(media, target);
  return Error{Code::kConflict, fmt::format("target {} (SCN {})", media.display(target), target),
               "cannot be restored: " + why.text + break_before(media, target), next, 0, why.number};
}

}  // namespace seabed::restore
