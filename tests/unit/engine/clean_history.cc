#include "tests/unit/engine/clean_history.h"

namespace seabed::testing_clean {

void HistoryModel::clean(const std::string& policy, uint64_t window) {
  if (policy.empty() || window == 0 || now <= window) return;
  if (policy == "log_only") {
    if (std::ranges::any_of(sets, [](const Set& s) { return s.alive && !s.failed; })) return;
    for (Piece& p : pieces) p.alive = p.alive && !(p.frozen && p.to + window <= now);
    return;
  }
  const Set* point = nullptr;
  for (const Set& s : sets)
    if (s.full && s.end + window <= now && is_good(s)) point = &s;
  if (!point) return;
  const uint64_t id = point->id, replay = point->replay;
  for (Set& s : sets)
    if (s.end + window <= now && (s.id < id || s.failed)) s.alive = false;
  for (Piece& p : pieces)
    if (p.frozen && p.to < replay) p.alive = false;
}

bool HistoryModel::may_delete_sets(const Ids& ids, bool policy) const {
  uint64_t newest = 0;
  for (const Set& s : sets)
    if (s.full && is_good(s)) newest = s.id;
  for (uint64_t id : ids) {
    if (policy || id == 0 || id > sets.size() || !sets[id - 1].alive) return false;
    if (!sets[id - 1].failed && id >= newest) return false;
  }
  return std::ranges::none_of(sets, [&](const Set& child) {
    if (ids.contains(child.id) || !child.alive || child.failed || child.full) return false;
    for (const Set* s = &child; !s->full; s = &sets[s->parent - 1])
      if (ids.contains(s->parent)) return true;
    return false;
  });
}

bool HistoryModel::may_delete_pieces(const Ids& ids, bool policy) const {
  const auto oldest = std::ranges::find_if(sets, [](const Set& s) { return s.full && s.alive && !s.failed; });
  if (policy || oldest == sets.end() || *ids.rbegin() - *ids.begin() + 1 != ids.size()) return false;
  for (uint64_t id : ids) {
    if (id == 0 || id > pieces.size()) return false;
    const Piece& p = pieces[id - 1];
    if (!p.alive || !p.frozen || p.to + 1 >= oldest->replay) return false;
  }
  return std::ranges::none_of(pieces, [&](const Piece& p) { return p.alive && p.id < *ids.begin(); });
}

}  // namespace seabed::testing_clean
