// The log of every stream over a run of touching pieces.

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <set>

#include "core/engine/restore/verify_report.h"
#include "core/media/stream_log.h"
#include "core/media/tombstone.h"

namespace seabed::restore {
namespace {

/// Streams with their engine; engine empty when no set tells it.
std::map<uint64_t, std::string> streams_of(const Media& media, const std::vector<PieceFacts>& run) {
  std::map<uint64_t, std::string> streams;
  for (const PieceFacts& p : run)
    for (const meta::LsPieceProgress& ls : p.descriptor.ls()) streams[ls.ls_id()];
  for (const BaseMedia& base : media.base_media)
    for (const meta::LsMetaInfo& ls : base.streams.ls())
      if (auto it = streams.find(ls.ls_id()); it != streams.end()) it->second = ls.engine();
  return streams;
}

/// Where a log whose beginning was deleted is first replayed from: the oldest set whose start lies in the run.
using FirstReplay = std::optional<meta::LsMetaInfo>;
FirstReplay first_replay(const Media& media, const std::vector<PieceFacts>& run, uint64_t ls) {
  const auto& first = run.front();
  const BaseMedia* oldest = nullptr;
  for (const BaseMedia& base : media.base_media) {
    const auto& d = base.set->descriptor;
    const bool its_log = (d.archive_dest_id() == 0 || d.archive_dest_id() == first.key.dest) &&
                         (d.archive_round_id() == 0 || d.archive_round_id() == first.key.round);
    if (its_log && d.start_replay_scn() >= first.descriptor.start_scn() &&
        (!oldest || d.start_replay_scn() < oldest->set->descriptor.start_replay_scn()))
      oldest = &base;
  }
  if (oldest)
    for (const meta::LsMetaInfo& meta : oldest->streams.ls())
      if (meta.ls_id() == ls) return meta;
  return std::nullopt;
}

/// The same where the log is the one inside a set: it was copied from the file on that the set's replay begins in.
FirstReplay replay_of_set(const Media& media, size_t archive, uint64_t ls) {
  for (size_t i = 0; i < media.piece_media.size(); ++i) {
    if (media.piece_media[i].archive != archive || media.spans[i].of_set == 0) continue;
    for (size_t b = 0; b < media.bases.size(); ++b)
      if (media.bases[b].source == media.spans[i].of_source && media.bases[b].set_id == media.spans[i].of_set)
        for (const meta::LsMetaInfo& meta : media.base_media[b].streams.ls())
          if (meta.ls_id() == ls) return meta;
  }
  return std::nullopt;
}

/// A cleanup took the pieces before it away.
Result<bool> begins_behind_deleted(const Medium& medium, const std::vector<PieceFacts>& run) {
  SEABED_TRY(const DeletedNames gone, deleted_names(*medium.store, medium.io()));
  const auto& key = run.front().key;
  return std::any_of(gone.pieces.begin(), gone.pieces.end(), [&](const paths::PieceKey& piece) {
    return piece.dest == key.dest && piece.round == key.round && piece.piece < key.piece;
  });
}

/// By position: a record's stamp may be a little earlier than the hole's, so that its name is free.
std::multiset<std::string> recorded_holes(const std::vector<PieceFacts>& run, uint64_t ls) {
  std::multiset<std::string> out;
  for (const PieceFacts& p : run)
    for (const meta::HoleRecord& h : p.holes)
      if (h.ls_id() == ls) out.insert(h.lsn());
  return out;
}

class StreamCheck {
 public:
  StreamCheck(const Media& media, size_t archive, const std::vector<PieceFacts>& run, uint64_t ls,
              const LogRules* rules, const FirstReplay& from, Findings* findings)
      : medium_(media.archive[archive]->medium()),
        log_(medium_, run, ls, from ? StreamLogStart{{from->start_replay_lsn()}, from->start_replay_scn()} : StreamLogStart{}),
        ls_(ls),
        rules_(rules),
        recorded_(recorded_holes(run, ls)),
        findings_(findings) {
    if (rules) continuity_ = rules->continuity(from ? from->recovery() : std::string());
    log_.pass_locked();
  }

  Status run() {
    uint64_t told = 0;
    for (LogGroup group;;) {
      if (findings_->cancelled()) return fail(Code::kCancelled, "verify", "was cancelled");
      auto more = log_.next(&group);
      findings_->bytes_done(log_.bytes_read() - told);
      told = log_.bytes_read();
      if (!more) return findings_->take(more.error());
      if (!*more) return ok();
      if (log_.current_key() != key_) findings_->file_done(key_ = log_.current_key());
      if (group.stored != 0) {
        note_locked();
        continue;
      }
      if (!check(group)) return ok();  // what follows a break says nothing new
    }
  }

 private:
  bool check(const LogGroup& group) {
    if (ls_ == 1) return check_dictionary(group);
    if (!continuity_) return true;
    std::vector<LogHole> holes;
    if (auto s = continuity_->add(group, &holes); !s) {
      findings_->error(medium_.name(key_),
                       fmt::format("log stream {}: {}: {}", ls_, s.error().object, s.error().reason));
      return false;
    }
    if (group.type == GroupType::kHole) check_recorded(group);
    return true;
  }

  /// The files' bytes are proved by their hashes; what they say is not known, so the run has no continuity to check.
  void note_locked() {
    continuity_.reset();
    if (std::exchange(told_locked_, true)) return;
    findings_->note(medium_.name(key_), fmt::format("log stream {} is encrypted and no key is at hand: its bytes are proved, "
                                                    "its continuity is not", ls_));
  }

  bool check_dictionary(const LogGroup& group) {
    meta::DictionaryRecord record;
    if (group.type == GroupType::kDictionary && record.ParseFromString(group.payload)) return true;
    findings_->error(medium_.name(key_), "log stream 1 holds something that is no dictionary record");
    return false;
  }

  void check_recorded(const LogGroup& group) {
    auto hole = rules_->parse_hole(group);
    if (!hole) {
      findings_->error(medium_.name(key_), "a hole cannot be read: " + hole.error().reason);
      return;
    }
    auto record = recorded_.find(hole->at.bytes);
    if (record != recorded_.end())
      recorded_.erase(record);  // each record tells of one hole
    else
      findings_->error(
          medium_.name(key_),
          fmt::format("log stream {}: the hole at SCN {} has no record beside the log", ls_, hole->scn_lo));
  }

  const Medium& medium_;
  StreamLog log_;
  const uint64_t ls_;
  const LogRules* rules_;
  std::multiset<std::string> recorded_;
  Findings* findings_;
  std::unique_ptr<LogRules::Continuity> continuity_;
  std::string key_;
  bool told_locked_ = false;
};

}  // namespace

Status verify_log(EngineContext& context, const Media& media, size_t archive,
                  const std::vector<PieceFacts>& run, Findings* findings) {
  SEABED_TRY(const bool cut, begins_behind_deleted(media.archive[archive]->medium(), run));
  for (const auto& [ls, engine] : streams_of(media, run)) {
    const LogRules* rules = nullptr;
    if (auto adapter = adapter_of(context, engine); adapter) rules = &(*adapter)->rules();
    if (!rules && ls != 1)
      findings->note(fmt::format("log stream {}", ls),
                     engine.empty() ? "no backup set tells its engine: continuity is not proved"
                                    : "no adapter for " + engine + ": continuity is not proved");
    FirstReplay from = cut && ls != 1 ? first_replay(media, run, ls) : FirstReplay();
    if (archive >= media.archives_given && ls != 1) from = replay_of_set(media, archive, ls);
    if (cut && ls != 1 && !from) {
      findings->note(fmt::format("log stream {}", ls), "the log's beginning was deleted and no set of it is given: its "
                                                       "continuity is not proved");
      rules = nullptr;
    }
    SEABED_CHECK(StreamCheck(media, archive, run, ls, rules, from, findings).run());
  }
  return ok();
}

}  // namespace seabed::restore
