#pragma once
// The simple model of executed histories: seconds of log, pieces, sets and holes, written from the reference's text
// and not from the rules' code. It knows neither media nor catalog.

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace seabed::testing_clean {

class HistoryModel {
 public:
  using Ids = std::set<uint64_t>;
  /// A set replays from second `replay` on, has what holes before `covers` left out, and is whole at `end`.
  struct Set {
    uint64_t id, round, replay, end, covers, parent;
    bool full, failed = false, alive = true;
  };
  struct Piece {
    uint64_t id, round, from, to;
    bool frozen = false, alive = true;
  };
  struct Hole {
    uint64_t round, second;
  };

  explicit HistoryModel(uint64_t piece_seconds) : length_(piece_seconds) { begin_round(0); }

  // ---- what happens ----
  void archive(uint64_t second) {
    now = until_ = second;
    while (pieces.back().to < until_) {
      pieces.back().frozen = true;
      pieces.push_back({pieces.back().id + 1, round, pieces.back().to, pieces.back().to + length_});
    }
    rounds_.back().until = until_;
  }
  void begin_round(uint64_t second) {
    if (!pieces.empty()) pieces.back().frozen = true;
    pieces.push_back({pieces.empty() ? 1 : pieces.back().id + 1, ++round, second, second + length_});
    rounds_.push_back({second, second});
    now = until_ = second;
  }
  void clean(const std::string& policy, uint64_t window);
  bool may_delete_sets(const Ids& ids, bool policy) const;
  bool may_delete_pieces(const Ids& ids, bool policy) const;
  void delete_sets(const Ids& ids) {
    for (Set& s : sets) s.alive = s.alive && !ids.contains(s.id);
  }
  void delete_pieces(const Ids& ids) {
    for (Piece& p : pieces) p.alive = p.alive && !ids.contains(p.id);
  }

  // ---- what can be had ----
  /// The newest set that a restore to `second` begins from; 0: none.
  uint64_t base_of(uint64_t second) const {
    uint64_t base = 0;
    for (const Set& s : sets)
      if (s.end <= second && has_chain(s) && has_log(s, second) && !in_hole(s, second)) base = s.id;
    return base;
  }
  std::vector<bool> restorable() const {
    std::vector<bool> out(now + 1);
    for (uint64_t second = 0; second <= now; ++second) out[second] = base_of(second) != 0;
    return out;
  }
  /// The newest usable set: what an incremental is built on; nullptr: none.
  const Set* parent() const {
    const Set* newest = nullptr;
    for (const Set& s : sets)
      if (has_chain(s)) newest = &s;
    return newest;
  }

  uint64_t round_begin() const { return rounds_.back().from; }

  std::vector<Set> sets;  // by id, from 1
  std::vector<Piece> pieces;
  std::vector<Hole> holes;
  uint64_t now = 0, round = 0;

 private:
  struct Round {
    uint64_t from, until;  // archived: (from, until]
  };
  bool has_chain(const Set& s) const {
    return s.alive && !s.failed && (s.full || has_chain(sets[s.parent - 1]));
  }
  bool has_log(const Set& s, uint64_t second) const {
    const Round& r = rounds_[s.round - 1];
    if (s.replay <= r.from || second > r.until) return false;
    return std::ranges::all_of(pieces, [&](const Piece& p) {
      return p.alive || p.round != s.round || p.to < s.replay || p.from >= second;
    });
  }
  /// A hole is told by the second before it: that one is lost too.
  bool in_hole(const Set& s, uint64_t second) const {
    return std::ranges::any_of(holes, [&](const Hole& h) {
      return h.round == s.round && h.second >= s.covers && h.second <= second + 1 &&
             h.second <= rounds_[h.round - 1].until;
    });
  }
  /// By itself, to its own end.
  bool is_good(const Set& s) const {
    return s.alive && !s.failed && has_log(s, s.end) && !in_hole(s, s.end);
  }

  const uint64_t length_;
  uint64_t until_ = 0;
  std::vector<Round> rounds_;
};

}  // namespace seabed::testing_clean
