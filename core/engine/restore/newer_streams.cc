#include "core/engine/restore/newer_streams.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include <algorithm>

#include "core/media/stream_log.h"

namespace seabed::restore {
namespace {

/// One piece may hold the target and, behind it, a stream's first group.
bool begins_behind(const Medium& medium, const std::vector<PieceFacts>& pieces, uint64_t ls, Scn target) {
  StreamLog log(medium, pieces, ls, {});
  log.pass_locked();
  LogGroup first;
  const auto found = log.next(&first);
  return found && *found && first.scn_lo > target;
}

/// The piece that holds the target: a stream that was taken out before it is not missed.
const PieceFacts* piece_at(const std::vector<PieceFacts>& pieces, Scn target) {
  const PieceFacts* found = nullptr;
  for (const PieceFacts& piece : pieces)
    if (!piece.empty && (!found || piece.descriptor.start_scn() < target)) found = &piece;
  return found;
}

}  // namespace

std::vector<uint64_t> newer_streams(const Medium& medium, const std::vector<PieceFacts>& pieces,
                                    const std::set<uint64_t>& known, Scn target) {
  std::vector<uint64_t> out;
  const PieceFacts* piece = piece_at(pieces, target);
  if (!piece) return out;
  for (const meta::LsPieceProgress& ls : piece->descriptor.ls())
    if (ls.ls_id() != 1 && !ls.deleted() && !known.contains(ls.ls_id()) &&
        !begins_behind(medium, pieces, ls.ls_id(), target))
      out.push_back(ls.ls_id());
  std::sort(out.begin(), out.end());
  return out;
}

std::string newer_streams_text(const std::vector<uint64_t>& streams) {
  if (streams.empty()) return {};
  return fmt::format("log stream{} {} came to the source after the base: {} database{} not here; restore from a backup set "
                     "taken after that",
                     streams.size() == 1 ? "" : "s", fmt::join(streams, ", "),
                     streams.size() == 1 ? "its" : "their", streams.size() == 1 ? " is" : "s are");
}

}  // namespace seabed::restore
