#include "core/engine/rebuild/plan.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <set>

#include "core/catalog/delete_policies.h"

namespace seabed::rebuild {
namespace {

using catalog::BackupSetRow;
using catalog::DestinationKind;
using catalog::DestinationRow;
using catalog::PieceRow;
using catalog::RoundRow;

constexpr char kFoundOpen[] = "found on the medium without an end: the catalog was lost or older; it is closed here";
constexpr char kFoundUnfinished[] = "found on the medium without an end: the catalog was lost while it was written";

std::string name_of(const RoundRow& r) { return fmt::format("round {} of destination {}", r.round_id, r.dest_id); }
std::string name_of(const paths::PieceKey& p) {
  return fmt::format("piece {} of round {}, destination {}", p.piece, p.round, p.dest);
}
paths::PieceKey key_of(const PieceRow& p) { return {p.dest_id, p.round_id, p.piece_id}; }

class Planner {
 public:
  Planner(const KnownRows& known, const std::vector<DestinationLook>& looks, const PlanOptions& options)
      : known_(known), looks_(looks), options_(options) {}

  Result<Plan> run() {
    for (const DestinationLook& look : looks_) SEABED_CHECK(check_identity(look));
    for (const DestinationLook& look : looks_) {
      const bool data = look.destination.kind == DestinationKind::kData;
      add_destination(look);
      if (data) add_sets(look);
      else add_archive(look);
      plan_.problems.insert(plan_.problems.end(), look.problems.begin(), look.problems.end());
      plan_.incarnation = std::max(plan_.incarnation, look.format.incarnation);
      plan_.last_dest = std::max(plan_.last_dest, look.format.dest_id);
    }
    close_all_but_the_newest();
    choose_log_mode();
    choose_decisions();
    if (plan_.incarnation <= known_.tenant.incarnation) plan_.incarnation = 0;
    return std::move(plan_);
  }

 private:
  void say(std::string text) { plan_.changes.push_back(std::move(text)); }

  Status check_identity(const DestinationLook& look) const {
    const DestinationRow& mine = look.destination;
    for (const DestinationRow& row : known_.destinations) {
      if ((row.dest_id == mine.dest_id) == (row.identity == mine.identity)) continue;
      return fail(Error{Code::kConflict, mine.path,
                        fmt::format("says that it is destination {}; this catalog knows destination {} as {}",
                                    mine.dest_id, row.dest_id, row.path),
                        "give the destinations that the tenant wrote itself, not copies", 0, 9081});
    }
    return ok();
  }

  // ---- destinations ----
  /// How far a destination got: the one that got furthest was the current one.
  static uint64_t newest_in(const DestinationLook& look) {
    if (look.destination.kind == DestinationKind::kArchive)
      return look.rounds.empty() ? 0 : look.rounds.back().round_id;
    return look.listed_sets.empty() ? 0 : *std::max_element(look.listed_sets.begin(), look.listed_sets.end());
  }

  bool becomes_current(const DestinationLook& look) const {
    if (known_.current(look.destination.kind)) return false;
    const auto rank = [](const DestinationLook& l) { return std::pair(newest_in(l), l.format.dest_id); };
    return std::none_of(looks_.begin(), looks_.end(), [&](const DestinationLook& other) {
      return other.destination.kind == look.destination.kind && rank(other) > rank(look);
    });
  }

  void add_destination(const DestinationLook& look) {
    DestinationRow row = look.destination;
    if (const DestinationRow* old = known_.destination(row.dest_id)) {
      if (!options_.asked || old->uri == row.uri) return;  // else the address is the catalog's own, maybe an older one
      DestinationRow moved = *old;
      moved.uri = row.uri, moved.path = row.path;
      plan_.new_uris.push_back(std::move(moved));
      return say(fmt::format("destination {}: its address becomes {}", row.dest_id, row.path));
    }
    row.current = becomes_current(look);
    if (!look.rounds.empty()) row.piece_switch_interval_us = look.rounds.back().piece_switch_interval_us;
    say(fmt::format("destination {} at {}: {}", row.dest_id, row.path, row.current ? "the current one" : "an earlier one"));
    plan_.new_destinations.push_back(std::move(row));
  }

  // ---- archive ----
  bool is_live(uint64_t dest, uint64_t round) const {
    return options_.live && options_.live->dest == dest && options_.live->round == round;
  }

  void add_archive(const DestinationLook& look) {
    for (const RoundRow& round : look.rounds) plan_.incarnation = std::max(plan_.incarnation, round.incarnation);
    for (const RoundRow& round : look.rounds)
      if (!is_live(round.dest_id, round.round_id)) add_round(round);
    for (const PieceRow& piece : look.pieces)
      if (!is_live(piece.dest_id, piece.round_id)) add_piece(piece);
    for (const auto& gone : look.deleted) delete_piece(gone, look);
    for (const auto& row : look.progress)
      if (written_.contains({row.dest_id, row.round_id, row.piece_id})) plan_.progress.push_back(row);
    for (const auto& row : look.holes)
      if (written_.contains({row.dest_id, row.round_id, row.piece_id})) plan_.holes.push_back(row);
  }

  void add_round(const RoundRow& found) {
    const RoundRow* old = known_.round(found.dest_id, found.round_id);
    if (!old) {
      RoundRow row = found;
      const bool open = row.status.empty();
      if (open) row.status = "STOPPING", row.comment = kFoundOpen;
      say(name_of(row) + (open ? ": unknown here, without an end: it is closed, and a new round begins"
                               : ": unknown here, ended"));
      return plan_.rounds.push_back(std::move(row));
    }
    RoundRow row = *old;
    row.used_piece_id = std::max(row.used_piece_id, found.used_piece_id);
    row.checkpoint_scn = std::max(row.checkpoint_scn, found.checkpoint_scn);
    row.max_scn = std::max(row.max_scn, found.max_scn);
    row.base_piece_id = std::max(row.base_piece_id, found.base_piece_id);
    if (row.start_scn == 0) row.start_scn = found.start_scn;
    const bool ended = found.status == "STOP" && old->status != "STOP" && old->status != "STOPPING";
    if (ended) row.status = "STOP", row.comment = found.comment;
    if (ended) say(name_of(row) + ": has ended, is " + old->status + " here");
    if (ended || row.used_piece_id != old->used_piece_id) plan_.rounds.push_back(std::move(row));
  }

  const RoundRow* round_after(uint64_t dest, uint64_t round) const {
    for (const RoundRow& r : plan_.rounds)
      if (r.dest_id == dest && r.round_id == round) return &r;
    return known_.round(dest, round);
  }

  void add_piece(const PieceRow& found) {
    const paths::PieceKey key = key_of(found);
    const PieceRow* old = known_.piece(key);
    if (old && (old->status == "FROZEN" || found.status == "ACTIVE")) return;
    PieceRow row = found;
    const RoundRow* round = round_after(row.dest_id, row.round_id);
    const bool empty = row.checkpoint_scn <= row.start_scn;
    // Opened just before its round ended: to readers it is empty (archive: give_up_piece).
    if (row.status == "ACTIVE" && empty && round && round->status == "STOP") row.status = "FROZEN";
    if (old) row.create_us = old->create_us;
    say(name_of(key) + (old ? ": is frozen, " + old->status + " here" : ": unknown here, " + row.status));
    written_.insert(key);
    plan_.pieces.push_back(std::move(row));
  }

  void delete_piece(const DestinationLook::Deleted& gone, const DestinationLook& look) {
    const paths::PieceKey& key = gone.piece;
    const PieceRow* old = known_.piece(key);
    if (old && (old->file_status == "DELETED" || old->file_status == "DELETING")) return;
    auto planned = std::find_if(plan_.pieces.begin(), plan_.pieces.end(), [&](const auto& p) { return key_of(p) == key; });
    PieceRow row = planned != plan_.pieces.end() ? *planned : old ? *old : PieceRow{};
    if (planned != plan_.pieces.end()) plan_.pieces.erase(planned);
    row.tenant_id = look.format.tenant_id;
    row.dest_id = key.dest, row.round_id = key.round, row.piece_id = key.piece;
    row.path = look.destination.path;
    row.status = "FROZEN", row.file_status = gone.unfinished ? "DELETING" : "DELETED";
    say(name_of(key) + (gone.unfinished ? ": is being deleted" : ": was deleted, and stays so"));
    plan_.pieces.push_back(std::move(row));
  }

  /// One round at a time can be gone on with: the newest, and only when this catalog began it.
  void close_all_but_the_newest() {
    uint64_t newest = 0;
    for (const RoundRow& r : known_.rounds) newest = std::max(newest, r.round_id);
    for (const RoundRow& r : plan_.rounds) newest = std::max(newest, r.round_id);
    for (const RoundRow& old : known_.rounds) {
      if (old.round_id == newest || old.status == "STOP" || old.status == "STOPPING") continue;
      if (is_live(old.dest_id, old.round_id)) continue;
      auto planned = std::find_if(plan_.rounds.begin(), plan_.rounds.end(), [&](const RoundRow& r) {
        return r.dest_id == old.dest_id && r.round_id == old.round_id;
      });
      if (planned != plan_.rounds.end() && planned->status == "STOP") continue;
      if (planned == plan_.rounds.end()) planned = plan_.rounds.insert(plan_.rounds.end(), old);
      planned->status = "STOPPING", planned->comment = kFoundOpen;
      say(name_of(old) + ": a later round follows, is " + old.status + " here: it is closed");
    }
  }

  void choose_log_mode() {
    if (known_.tenant.log_mode == "ARCHIVELOG" || plan_.rounds.empty()) return;
    if (!options_.asked && known_.rounds.empty()) return;
    const RoundRow* newest = nullptr;
    for (const RoundRow& r : plan_.rounds)
      if (!newest || r.round_id > newest->round_id) newest = &r;
    for (const RoundRow& r : known_.rounds)
      if (r.round_id >= newest->round_id) return;
    if (newest->status != "STOPPING") return;
    plan_.log_mode = "ARCHIVELOG";
    say("log mode: ARCHIVELOG, since the newest round was going on");
  }

  // ---- what operators decided ----
  static std::string text_of(const catalog::OperatorFacts& f) {
    std::string out = "delete policy ";
    for (const auto& p : f.policies) out += p.name + " (" + (p.recovery_window.empty() ? "0" : p.recovery_window) + "), ";
    if (f.policies.empty()) out += "none, ";
    if (f.binding.empty()) return out + "no archive destination";
    return out + fmt::format("BINDING {}, pieces of {} s, {}", f.binding, f.piece_switch_interval_us / 1'000'000, f.archive_state);
  }

  /// One that this version would not take is told, not written: nothing is deleted by a policy that nobody gave.
  void drop_unknown_policies(catalog::OperatorFacts* facts) {
    std::erase_if(facts->policies, [&](const auto& p) {
      const bool known = (p.name == "default" || p.name == "log_only") && catalog::parse_recovery_window(p.recovery_window);
      if (!known) plan_.problems.push_back("delete policy '" + p.name.substr(0, 40) + "' is not known to this version: add it again");
      return !known;
    });
    if (facts->policies.size() > 1) facts->policies.resize(1);
  }

  void choose_decisions() {
    std::optional<catalog::OperatorFacts> newest, ids;
    for (const DestinationLook& look : looks_) {
      if (!look.decided) continue;
      const auto age = [](const catalog::OperatorFacts& f) { return std::pair(f.version, f.scn); };
      if (!newest || age(*look.decided) > age(*newest)) newest = look.decided;
      if (!ids) ids.emplace();
      for (const auto& [name, last] : look.decided->used) ids->used[name] = std::max(ids->used[name], last);
    }
    if (!newest) {
      if (options_.asked && known_.empty())
        plan_.problems.push_back("delete policy, BINDING, DEFER and the ids of jobs are not known: no checkpoint and no set of "
                                 "these media has them. Nothing is cleaned until a policy is added again; ids begin again");
      return;
    }
    const bool behind = std::ranges::any_of(ids->used, [&](const auto& used) {
      const auto mine = known_.decided.used.find(used.first);
      return (mine == known_.decided.used.end() ? 0 : mine->second) < used.second;
    });
    if (behind) plan_.ids = std::move(ids), say("ids of jobs and tasks: go on behind those that the media name");
    // Catalogs of before decisions were counted have the number 0: with nothing in this one, that counts too.
    const bool first = options_.asked && known_.empty() && newest->version == 0 && known_.decided.version == 0 &&
                       (!newest->policies.empty() || !newest->binding.empty());
    if (newest->version <= known_.decided.version && !first) return;
    drop_unknown_policies(&*newest);
    say("decisions as of the last checkpoint or backup: " + text_of(*newest));
    plan_.decided = std::move(newest);
  }

  // ---- data ----
  void add_sets(const DestinationLook& look) {
    for (uint64_t id : look.listed_sets) plan_.last_set = std::max(plan_.last_set, id);
    for (const BackupSetRow& found : look.sets) {
      plan_.incarnation = std::max(plan_.incarnation, found.incarnation);
      add_set(found);
    }
    for (const auto& gone : look.deleted) delete_set(gone, look);
    if (known_.empty()) plan_.parameters.insert(look.parameters.begin(), look.parameters.end());
  }

  void add_set(const BackupSetRow& found) {
    BackupSetRow row = found;
    const BackupSetRow* old = known_.set(row.backup_set_id);
    if (old && old->dest_id != row.dest_id)
      return plan_.problems.push_back(fmt::format("backup set {} of destination {}: its id is in use for destination {} here",
                                                  row.backup_set_id, row.dest_id, old->dest_id));
    const catalog::BackupJobRow* job = known_.job_of_set(row.backup_set_id);
    if (row.status == "DOING") {
      if (job) return;   // it goes on
      row.status = "FAILED", row.comment = kFoundUnfinished;
    }
    const catalog::SetTaskRow* task = job ? known_.task_of_job(job->job_id) : nullptr;
    if (task && task->status == "COMPLETED") return;   // its last step is repeated, and ends well
    if (old && old->status != "DOING") return;   // it ended while the medium was looked at
    if (old) row.start_us = old->start_us, row.description = old->description;
    say(fmt::format("backup set {}: {} here, {} on the medium", row.backup_set_id, old ? "is " + old->status : "unknown",
                    found.status == "DOING" ? "without an end" : found.status));
    if (job) plan_.jobs.push_back({job->job_id, row});
    plan_.sets.push_back(std::move(row));
  }

  void delete_set(const DestinationLook::Deleted& gone, const DestinationLook& look) {
    const uint64_t id = gone.set.id;
    plan_.last_set = std::max(plan_.last_set, id);
    const BackupSetRow* old = known_.set(id);
    if (old && old->dest_id != look.format.dest_id)
      return plan_.problems.push_back(fmt::format("backup set {}: deleted at destination {}, in use for destination {} here",
                                                  id, look.format.dest_id, old->dest_id));
    const catalog::BackupJobRow* job = known_.job_of_set(id);
    if (old && (old->file_status == "DELETED" || old->file_status == "DELETING")) {
      if (job) plan_.jobs.push_back({job->job_id, *old});
      return;
    }
    auto planned = std::find_if(plan_.sets.begin(), plan_.sets.end(), [&](const auto& s) { return s.backup_set_id == id; });
    BackupSetRow row = planned != plan_.sets.end() ? *planned : old ? *old : BackupSetRow{};
    if (planned != plan_.sets.end()) plan_.sets.erase(planned);
    row.tenant_id = look.format.tenant_id;
    row.backup_set_id = id, row.dest_id = look.format.dest_id;
    row.path = look.destination.path;
    if (!old) row.backup_type = gone.set.full ? "D" : "I";
    if (row.status == "DOING") row.status = "SUCCESS";
    row.file_status = gone.unfinished ? "DELETING" : "DELETED";
    say(fmt::format("backup set {}: {}", id, gone.unfinished ? "is being deleted" : "was deleted, and stays so"));
    if (job) plan_.jobs.push_back({job->job_id, row});
    plan_.sets.push_back(std::move(row));
  }

  const KnownRows& known_;
  const std::vector<DestinationLook>& looks_;
  const PlanOptions& options_;
  std::set<paths::PieceKey> written_;
  Plan plan_;
};

}  // namespace

Result<Plan> make_plan(const KnownRows& known, const std::vector<DestinationLook>& looks, const PlanOptions& options) {
  return Planner(known, looks, options).run();
}

}  // namespace seabed::rebuild
