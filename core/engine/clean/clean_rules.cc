#include "core/engine/clean/clean_rules.h"

#include <algorithm>
#include <map>

namespace seabed::clean {
namespace {

using catalog::BackupSetRow;
using catalog::PieceRow;

/// The latest time that the set knows of itself.
uint64_t backup_time_us(const BackupSetRow& set) {
  return std::max({set.start_us, set.end_us, (set.min_restore_scn + 999) / 1000});
}

std::string set_name(uint64_t id) { return "set " + std::to_string(id); }

class Decider {
 public:
  explicit Decider(const CleanFacts& facts) : facts_(facts), stock_(facts.stock) {}

  CleanDecision run() {
    take_items();
    if (std::string why = why_nothing(); !why.empty()) {
      keep_all(why);
      return std::move(out_);
    }
    out_.expired_point_us = facts_.now_us - facts_.window_us;
    facts_.policy == kLogOnlyPolicy ? decide_log_only() : decide_sets_and_pieces();
    sum_up();
    return std::move(out_);
  }

 private:
  struct Verdict {
    bool remove = false;
    std::string reason;
  };

  void take_items() {
    for (const auto& set : stock_.sets)
      if (set.file_status != "DELETED") sets_.push_back(&set);
    for (const auto& piece : stock_.pieces)
      if (piece.file_status != "DELETED") pieces_.push_back(&piece);
    std::sort(sets_.begin(), sets_.end(),
              [](auto* a, auto* b) { return a->backup_set_id < b->backup_set_id; });
    std::sort(pieces_.begin(), pieces_.end(), [](auto* a, auto* b) {
      return std::tie(a->piece_id, a->dest_id, a->round_id) < std::tie(b->piece_id, b->dest_id, b->round_id);
    });
  }

  std::string why_nothing() const {
    if (facts_.policy.empty()) return "there is no policy";
    if (facts_.window_us == 0) return "the recovery window is 0: nothing expires";
    if (facts_.now_us <= facts_.window_us) return "the clock is before the end of the first window";
    return {};
  }

  // ---- policy `default` ----
  void decide_sets_and_pieces() {
    for (size_t i = sets_.size(); i-- > 0;) verdicts_[sets_[i]] = verdict_of(*sets_[i]);
    if (!out_.clean_point)
      return keep_all(
          "no full set older than the window is restorable: without a clean point nothing is deleted");
    keep_used();
    keep_chains();
    for (const auto* set : sets_) add(*set, verdicts_[set]);
    decide_pieces(log_needed_from(), "ends before " + set_name(*out_.clean_point) + " begins to replay",
                  set_name(*out_.clean_point) + " or a later one needs it");
  }

  /// Called from the newest to the oldest: the first restorable full set on the way becomes the clean point.
  Verdict verdict_of(const BackupSetRow& set) {
    if (set.dest_id != stock_.data_dest)
      return {false,
              "on a destination that is not the current one: never cleaned automatically, delete it by hand"};
    if (set.status == "DOING") return {false, "is being written"};
    if (backup_time_us(set) > out_.expired_point_us) return {false, "inside the recovery window"};
    if (set.status == "FAILED") return {true, "failed: of no use"};
    if (set.file_status == "DELETING") return {true, "its deletion had begun"};
    if (out_.clean_point) return {true, "older than the clean point, " + set_name(*out_.clean_point)};
    if (set.backup_type != "D") return {false, "newer than the clean point: part of a chain"};
    if (!is_restorable(set, stock_))
      return {false, "newer than the clean point, though not restorable itself"};
    out_.clean_point = set.backup_set_id;
    clean_point_ = &set;
    return {false, "the clean point: the window's start is restored from it"};
  }

  void keep_used() {
    for (auto& [set, verdict] : verdicts_)
      if (verdict.remove && stock_.used_sets.contains(set->backup_set_id))
        verdict = {false, "a running job or a reader uses it"};
  }

  /// A kept set that can be (or become) of use keeps its parents. By falling id: a parent's own parents
  /// follow.
  void keep_chains() {
    std::map<uint64_t, const BackupSetRow*> by_id;
    for (const auto* set : sets_) by_id[set->backup_set_id] = set;
    for (size_t i = sets_.size(); i-- > 0;) {
      const BackupSetRow& set = *sets_[i];
      if (verdicts_[&set].remove || set.status == "FAILED" || set.backup_type == "D") continue;
      for (uint64_t parent : {set.prev_full_backup_set_id, set.prev_inc_backup_set_id}) {
        auto found = by_id.find(parent);
        if (found == by_id.end() || found->second->status == "FAILED" ||
            found->second->file_status == "DELETING")
          continue;
        Verdict& verdict = verdicts_[found->second];
        if (verdict.remove)
          verdict = {false, "the chain of " + set_name(set.backup_set_id) + " needs it"},
          chain_only_.insert(parent);
      }
    }
  }

  /// No log behind this may go: the clean point's own, and that of older sets which stay for themselves.
  uint64_t log_needed_from() const {
    uint64_t from = clean_point_->start_replay_scn;
    for (const auto& [set, verdict] : verdicts_)
      if (!verdict.remove && set->dest_id == stock_.data_dest && is_usable(*set) &&
          !chain_only_.contains(set->backup_set_id))
        from = std::min(from, set->start_replay_scn);
    return from;
  }

  // ---- policy `log_only` ----
  void decide_log_only() {
    for (const auto* set : sets_)
      if (set->status != "FAILED")
        return keep_all("policy log_only is for a tenant without backup sets, and " +
                         set_name(set->backup_set_id) + " is there");
    for (const auto* set : sets_) add(*set, {false, "policy log_only deletes no sets"});
    decide_pieces(out_.expired_point_us * 1000, "ends before the recovery window begins",
                  "inside the recovery window");
  }

  // ---- pieces ----
  void decide_pieces(uint64_t bound, const std::string& gone, const std::string& needed) {
    const PieceRow* used = nullptr;
    for (const auto* piece : pieces_) {
      Verdict verdict{true, gone};
      if (piece->dest_id != stock_.archive_dest)
        verdict = {
            false,
            "on a destination that is not the current one: never cleaned automatically, delete it by hand"};
      else if (stock_.used_pieces.contains({piece->dest_id, piece->piece_id}))
        verdict = {false, "a running job or a reader uses it"}, used = piece;
      else if (piece->status != "FROZEN")
        verdict = {false, "is being written"};
      else if (piece->end_scn > bound)
        verdict = {false, needed};
      else if (used)
        verdict = {false, "piece " + std::to_string(used->piece_id) + " before it stays: no gaps"};
      add(*piece, verdict);
    }
  }

  // ---- the answer ----
  void add(const BackupSetRow& set, const Verdict& verdict) {
    out_.items.push_back({CleanItem::Kind::kSet, set.backup_set_id, set.dest_id, 0, set.output_bytes,
                          verdict.remove, verdict.reason, set.path});
  }
  void add(const PieceRow& piece, const Verdict& verdict) {
    out_.items.push_back({CleanItem::Kind::kPiece, piece.piece_id, piece.dest_id, piece.round_id,
                          piece.output_bytes, verdict.remove, verdict.reason, piece.path});
  }
  void keep_all(const std::string& why) {
    out_.summary = "nothing is deleted: " + why;
    for (const auto* set : sets_) add(*set, {false, why});
    for (const auto* piece : pieces_) add(*piece, {false, why});
  }
  void sum_up() {
    if (!out_.summary.empty()) return;
    size_t count = 0;
    uint64_t bytes = 0;
    for (const auto& item : out_.items)
      if (item.remove) ++count, bytes += item.bytes;
    out_.summary = std::to_string(count) + " of " + std::to_string(out_.items.size()) + " to delete, " +
                   std::to_string(bytes) + " bytes";
  }

  const CleanFacts& facts_;
  const Stock& stock_;
  CleanDecision out_;
  std::vector<const BackupSetRow*> sets_;
  std::vector<const PieceRow*> pieces_;
  std::map<const BackupSetRow*, Verdict> verdicts_;
  std::set<uint64_t> chain_only_;  // kept for a child's sake: their own log is not needed
  const BackupSetRow* clean_point_ = nullptr;
};

}  // namespace

CleanDecision decide_cleanup(const CleanFacts& facts) { return Decider(facts).run(); }

}  // namespace seabed::clean
