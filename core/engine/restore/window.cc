#include "core/engine/restore/window.h"

#include <algorithm>

namespace seabed::restore {
namespace {

/// A base that can be restored at all: to its own min_restore.
bool reaches(const std::vector<BaseFacts>& sets, size_t base, const PieceRun& run) {
  return !run.pieces.empty() && run.end >= sets[base].min_restore && !chain_of(sets, base).empty();
}

}  // namespace

std::optional<WindowRange> range_of(const std::vector<BaseFacts>& sets, const std::vector<PieceSpan>& pieces,
                                    size_t base) {
  const BaseFacts& b = sets[base];
  const PieceRun run = run_for(pieces, b);
  if (!reaches(sets, base, run)) return std::nullopt;
  WindowRange range{b.min_restore, run.end, b.set_id};
  if (!b.uncovered.empty() && b.uncovered.front().scn_lo <= range.to) {
    if (b.uncovered.front().scn_lo <= range.from) return std::nullopt;
    range.to = b.uncovered.front().scn_lo - 1;
    range.snapshot_only = range.to < b.ended;
  }
  return range;
}

std::vector<WindowRange> window_of(const std::vector<BaseFacts>& sets, const std::vector<PieceSpan>& pieces) {
  std::vector<WindowRange> all, out;
  for (size_t i = 0; i < sets.size(); ++i)
    if (auto range = range_of(sets, pieces, i)) all.push_back(*range);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  for (const WindowRange& r : all) {
    if (out.empty() || r.from > out.back().to + 1)
      out.push_back(r);
    else
      out.back().to = std::max(out.back().to, r.to), out.back().snapshot_only &= r.snapshot_only;
  }
  return out;
}

std::optional<Choice> choose(const std::vector<BaseFacts>& sets, const std::vector<PieceSpan>& pieces,
                             Scn target) {
  std::optional<size_t> best;
  for (size_t i = 0; i < sets.size(); ++i) {
    auto range = range_of(sets, pieces, i);
    if (!range || range->from > target || range->to < target) continue;
    if (!best || sets[i].min_restore >= sets[*best].min_restore) best = i;
  }
  if (!best) return std::nullopt;
  return Choice{chain_of(sets, *best), cut_run(pieces, run_for(pieces, sets[*best]), target).pieces};
}

std::optional<Scn> latest(const std::vector<BaseFacts>& sets, const std::vector<PieceSpan>& pieces) {
  std::optional<Scn> end;
  for (size_t i = 0; i < sets.size(); ++i) {
    const PieceRun run = run_for(pieces, sets[i]);
    if (reaches(sets, i, run)) end = std::max(end.value_or(0), run.end);
  }
  return end;
}

Nearest nearest(const std::vector<WindowRange>& window, Scn target) {
  Nearest n;
  for (const WindowRange& r : window) {
    if (r.to < target) n.before = std::max(n.before.value_or(0), r.to);
    if (r.from > target && !n.after) n.after = r.from;
  }
  return n;
}

}  // namespace seabed::restore
