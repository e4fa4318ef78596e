#include "core/engine/restore/window_gaps.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace seabed::restore {
namespace {

class GapList {
 public:
  GapList(const Media& media, const std::vector<WindowRange>& ranges) : media_(media), ranges_(ranges) {}

  Result<std::vector<WindowGap>> run() {
    for (const WindowGap& told : media_.gaps)
      if (!covered(told.from)) add(told);
    for (const WindowRange& range : ranges_)
      if (!explained(range)) SEABED_CHECK(add_end(range));
    std::ranges::stable_sort(out_, {}, &WindowGap::from);
    return std::move(out_);
  }

 private:
  bool covered(Scn scn) const {
    return std::ranges::any_of(ranges_, [&](const WindowRange& r) { return r.from <= scn && scn < r.to; });
  }

  Scn next_from(Scn scn) const {
    for (const WindowRange& r : ranges_)
      if (r.from > scn) return r.from;
    return kScnMax;
  }

  void add(WindowGap gap) {
    gap.to = next_from(gap.from);
    out_.push_back(std::move(gap));
  }

  /// By a gap that was told, or by a hole that begins behind it.
  bool explained(const WindowRange& range) const {
    const Scn next = next_from(range.to);
    return std::ranges::any_of(out_, [&](const WindowGap& g) { return g.from >= range.to && g.from < next; }) ||
           std::ranges::any_of(media_.holes, [&](const WindowHole& h) { return h.from > range.to && h.from <= next; });
  }

  const PieceSpan* last_piece(const WindowRange& range) const {
    const PieceSpan* found = nullptr;
    for (const PieceSpan& p : media_.spans)
      if (p.of_set == 0 && p.end == range.to) found = &p;
    return found;
  }

  Status add_end(const WindowRange& range) {
    const bool is_last = next_from(range.to) == kScnMax;
    const PieceSpan* last = last_piece(range);
    if (last == nullptr) {
      if (!is_last) add({range.to, 0, 0, "the log inside the backup sets ends here", 0, 0});
      return ok();
    }
    WindowGap gap{range.to, 0, 0, {}, last->key.dest, last->key.round};
    for (const PieceFacts& bad : media_.bad_pieces)
      if (bad.key.dest == gap.dest_id && bad.key.round == gap.round_id && bad.key.piece >= last->key.piece && gap.reason.empty())
        gap.reason = bad.problem->message();
    if (gap.reason.empty()) {
      SEABED_TRY(gap.reason, end_of_round(*last));
    }
    if (!gap.reason.empty()) add(std::move(gap));
    else if (!is_last) add({gap.from, 0, 0, fmt::format("round {} of the archive goes no further", gap.round_id), gap.dest_id, gap.round_id});
    return ok();
  }

  /// Empty: it has not ended, or nothing was wrong with it and nothing follows.
  Result<std::string> end_of_round(const PieceSpan& piece) const {
    const size_t index = static_cast<size_t>(&piece - media_.spans.data());
    const Medium& medium = media_.archive[media_.piece_media[index].archive]->medium();
    meta::RoundInfo end;
    const Status read = medium.read_message(paths::round_end(piece.key.dest, piece.key.round), FileType::kRound, &end);
    if (!read && read.error().code != Code::kNotFound && read.error().code != Code::kCorruption) return fail(read.error());
    if (!read) return std::string();
    if (!end.comment().empty()) return end.comment();
    return next_from(piece.end) == kScnMax
               ? std::string()
               : fmt::format("round {} of the archive was ended here: no log was archived until the next began", piece.key.round);
  }

  const Media& media_;
  const std::vector<WindowRange>& ranges_;
  std::vector<WindowGap> out_;
};

}  // namespace

Result<std::vector<WindowGap>> gaps_of(const Media& media, const std::vector<WindowRange>& ranges) {
  return GapList(media, ranges).run();
}

std::string break_before(const Media& media, Scn target) {
  const WindowGap* found = nullptr;
  for (const WindowGap& gap : media.gaps)
    if (gap.from < target) found = &gap;
  if (found == nullptr) return {};
  return fmt::format("; the archived log of round {} breaks behind {}: {}", found->round_id, media.display(found->from),
                     found->reason);
}

}  // namespace seabed::restore
