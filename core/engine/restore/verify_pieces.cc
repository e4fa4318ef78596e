// Every piece of an archive destination: placeholders, descriptors, file lists, then the log of each run.

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/engine/restore/verify_report.h"
#include "core/media/log_object_check.h"

namespace seabed::restore {
namespace {

struct Listing {
  std::map<paths::PieceKey, std::string> starts, ends;  // keys of the placeholders
  std::set<std::pair<uint64_t, uint64_t>> rounds;       // dest, round with a start
};

Result<Listing> list_placeholders(const Medium& medium) {
  Listing l;
  SEABED_TRY(auto pieces, medium.list(paths::pieces()));
  for (const ListEntry& e : pieces)
    if (auto p = paths::parse_piece_placeholder(e.key)) (p->end ? l.ends : l.starts)[p->piece] = e.key;
  SEABED_TRY(auto rounds, medium.list(paths::rounds()));
  for (const ListEntry& e : rounds)
    if (auto r = paths::parse_round_start(e.key)) l.rounds.insert(*r);
  return l;
}

template <class Message>
Status must_decode(const Medium& medium, const std::string& key, FileType type, Findings* findings) {
  Message message;
  SEABED_TRY(bool good, check_message(medium, key, type, &message, findings));
  (void)good;
  return ok();
}

class PieceCheck {
 public:
  PieceCheck(const ArchiveReader& reader, const Listing& listing, bool quick, Findings* findings)
      : reader_(reader), medium_(reader.medium()), listing_(listing), quick_(quick), findings_(findings) {}

  /// `open_before`: an earlier piece is still active, so that this one may lack its checkpoint.
  Status run(const PieceFacts& piece, bool last, bool open_before) {
    SEABED_CHECK(placeholders(piece));
    if (piece.problem) return findings_->take(*piece.problem);
    if (!piece.empty)   // the first piece's is an empty list
      SEABED_CHECK(must_decode<meta::TenantArchivePieceInfos>(medium_, paths::tenant_piece_infos(piece.key),
                                                              FileType::kTenantPieceInfos, findings_));
    SEABED_CHECK(folds(piece));
    return piece.frozen ? frozen(piece) : active(piece, last, open_before);
  }

 private:
  Status placeholders(const PieceFacts& piece) {
    auto start = listing_.starts.find(piece.key);
    if (start == listing_.starts.end())
      findings_->error(medium_.name(paths::pieces()),
                       fmt::format("lacks the start of {}", paths::piece_dir(piece.key)));
    else
      SEABED_CHECK(must_decode<meta::Placeholder>(medium_, start->second, FileType::kPlaceholder, findings_));
    auto end = listing_.ends.find(piece.key);
    if (end != listing_.ends.end())
      return must_decode<meta::Placeholder>(medium_, end->second, FileType::kPlaceholder, findings_);
    auto info = medium_.store->stat(paths::single_piece_info(piece.key), medium_.io());
    if (info)
      findings_->error(medium_.name(paths::pieces()),
                       fmt::format("lacks the end of {}, which is frozen", paths::piece_dir(piece.key)));
    else if (info.error().code != Code::kNotFound)
      return fail(info.error());
    return ok();
  }

  Status frozen(const PieceFacts& piece) {
    const std::string directory = paths::piece_dir(piece.key);
    std::set<std::string> listed;
    for (const meta::FileEntry& e : piece.descriptor.files()) {
      listed.insert(directory + e.key());
      if (e.key().find("/log/") != e.key().npos) {
        SEABED_CHECK(log_file(directory, e, true));
        continue;
      }
      SEABED_TRY(bool good, check_entry(medium_, directory, e, quick_, findings_));
      (void)good;
    }
    for (const meta::LsPieceProgress& ls : piece.descriptor.ls()) {
      if (ls.last_file_id() == 0) continue;
      SEABED_CHECK(must_decode<meta::LsFileList>(medium_, paths::ls_file_info(piece.key, ls.ls_id()),
                                                 FileType::kLsFileList, findings_));
      for (uint32_t id = ls.first_file_id(); id != 0 && id <= ls.last_file_id(); ++id)
        if (listed.count(paths::log_file(piece.key, ls.ls_id(), id)) == 0)
          findings_->error(medium_.name(paths::log_file(piece.key, ls.ls_id(), id)),
                           "is not in the piece's list of files");
    }
    SEABED_CHECK(must_decode<meta::PieceFileList>(medium_, paths::piece_file_info(piece.key),
                                                  FileType::kPieceFileList, findings_));
    return range_placeholder(piece);
  }

  /// Present and long enough: what an old writer appended behind the accepted length is nobody's. The bytes
  /// are read by verify_log.
  Status log_file(const std::string& directory, const meta::FileEntry& e, bool sealed) {
    SEABED_TRY(const auto found, check_log_object(medium_, directory + e.key(), {e.size(), sealed, true}));
    for (const LogObjectFinding& f : found) findings_->error(medium_.name(f.key), f.reason);
    return ok();
  }

  Status range_placeholder(const PieceFacts& piece) {
    SEABED_TRY(auto entries, medium_.list(paths::piece_dir(piece.key) + "piece_d"));
    if (entries.empty())
      findings_->error(medium_.name(paths::piece_dir(piece.key)),
                       "lacks the placeholder that shows its range");
    for (const ListEntry& e : entries)
      SEABED_CHECK(must_decode<meta::Placeholder>(medium_, e.key, FileType::kPlaceholder, findings_));
    return ok();
  }

  Status active(const PieceFacts& piece, bool last, bool open_before) {
    if (!last)
      findings_->note(medium_.name(paths::piece_dir(piece.key)),
                      "is still active although a later piece began");
    if (!piece.empty) return active_logs(piece);
    if (open_before) return ok();
    SEABED_TRY(bool log,
               any_object(*medium_.store, paths::piece_dir(piece.key) + "logstream_", medium_.io()));
    if (log)
      findings_->error(medium_.name(paths::checkpoint_dir(piece.key)),
                       "holds no checkpoint although log was written");
    return ok();
  }

  /// What the newest checkpoint counts on; verify_log reads it.
  Status active_logs(const PieceFacts& piece) {
    const std::string directory = paths::piece_dir(piece.key);
    for (const meta::LsPieceProgress& ls : piece.descriptor.ls())
      for (uint32_t id = ls.first_file_id(); id != 0 && id <= ls.last_file_id(); ++id) {
        meta::FileEntry e;
        e.set_key(paths::log_file(piece.key, ls.ls_id(), id).substr(directory.size()));
        e.set_size(id == ls.last_file_id() ? ls.last_file_length() : 1);
        SEABED_CHECK(log_file(directory, e, id != ls.last_file_id()));
      }
    return ok();
  }

  /// Folds of the dictionary: each must decode, whether a list names it or not.
  Status folds(const PieceFacts& piece) {
    SEABED_TRY(auto entries, medium_.list(paths::schema_meta_dir(piece.key)));
    if (entries.empty() && has_dictionary(piece))
      findings_->error(medium_.name(paths::schema_meta_dir(piece.key)), "holds no fold of the dictionary");
    for (const ListEntry& e : entries)
      SEABED_CHECK(must_decode<meta::DictionaryFold>(medium_, e.key, FileType::kSchemaMeta, findings_));
    return ok();
  }

  /// Stream 1 writes a fold when it enters a piece, before its log.
  static bool has_dictionary(const PieceFacts& piece) {
    for (const meta::LsPieceProgress& ls : piece.descriptor.ls())
      if (ls.ls_id() == 1 && ls.first_file_id() != 0) return true;
    return false;
  }

  const ArchiveReader& reader_;
  const Medium& medium_;
  const Listing& listing_;
  const bool quick_;
  Findings* findings_;
};

Status verify_rounds(const Medium& medium, const std::vector<PieceFacts>& pieces, Findings* findings) {
  std::set<std::pair<uint64_t, uint64_t>> seen;
  for (const PieceFacts& p : pieces) {
    if (!seen.emplace(p.key.dest, p.key.round).second) continue;
    SEABED_CHECK(must_decode<meta::RoundInfo>(medium, paths::round_start(p.key.dest, p.key.round),
                                              FileType::kRound, findings));
  }
  for (auto it = seen.begin(); it != seen.end(); ++it) {
    const bool newest = std::next(it) == seen.end();
    auto end = medium.store->stat(paths::round_end(it->first, it->second), medium.io());
    if (end)
      SEABED_CHECK(must_decode<meta::RoundInfo>(medium, paths::round_end(it->first, it->second),
                                                FileType::kRound, findings));
    else if (end.error().code != Code::kNotFound)
      return fail(end.error());
    else if (!newest)
      findings->error(medium.name(paths::round_end(it->first, it->second)),
                      "is missing: a later round began");
  }
  return ok();
}

/// Numbers missing inside a round, and touching neighbours gathered into runs.
std::vector<std::vector<PieceFacts>> runs_of(const Medium& medium, const std::vector<PieceFacts>& pieces,
                                             Findings* findings) {
  std::vector<std::vector<PieceFacts>> runs;
  const PieceFacts* before = nullptr;
  for (const PieceFacts& p : pieces) {
    const bool same_round = before && before->key.dest == p.key.dest && before->key.round == p.key.round;
    if (same_round && p.key.piece != before->key.piece + 1)
      findings->error(medium.name(paths::pieces()),
                      fmt::format("lacks pieces {} to {} of round {}", before->key.piece + 1, p.key.piece - 1,
                                  p.key.round));
    const bool touches = same_round && p.key.piece == before->key.piece + 1 && !before->problem &&
                         !p.problem && p.descriptor.start_scn() <= before->descriptor.checkpoint_scn();
    before = &p;
    if (p.problem || p.empty) continue;
    if (!touches || runs.empty()) runs.emplace_back();
    runs.back().push_back(p);
  }
  return runs;
}

/// At the end: what is wrong with a piece may show in the log of another stream's run.
void note_verdicts(const Medium& medium, const std::vector<PieceFacts>& pieces, const Findings& findings,
                   VerifiedDestination* verified) {
  for (const PieceFacts& p : pieces) {
    if (!p.frozen) continue;
    const VerifiedDestination::Piece id{p.key.round, p.key.piece};
    verified->pieces_there.insert(id);
    if (p.descriptor.file_status() == "BROKEN") continue;  // it says so itself, and what it lost is gone for good
    const std::string directory = paths::piece_dir(p.key);
    const auto judged = findings.about(medium.name(directory), directory);
    if (judged.first_error.empty()) verified->whole_pieces.insert(id);
    else if (!judged.unsupported) verified->damaged_pieces[id] = judged.first_error;
  }
}

}  // namespace

Status verify_pieces(EngineContext& context, const Media& media, size_t archive, bool quick,
                     Findings* findings, VerifiedDestination* verified) {
  const ArchiveReader& reader = *media.archive[archive];
  SEABED_TRY(auto pieces, reader.pieces());
  SEABED_TRY(Listing listing, list_placeholders(reader.medium()));
  PieceCheck check(reader, listing, quick, findings);
  for (size_t i = 0; i < pieces.size(); ++i) {
    const bool open_before = i > 0 && !pieces[i - 1].frozen && !pieces[i - 1].problem;
    SEABED_CHECK(check.run(pieces[i], i + 1 == pieces.size(), open_before));
  }
  SEABED_CHECK(verify_rounds(reader.medium(), pieces, findings));
  auto runs = runs_of(reader.medium(), pieces, findings);
  if (!quick)
    for (const auto& run : runs) SEABED_CHECK(verify_log(context, media, archive, run, findings));
  note_verdicts(reader.medium(), pieces, *findings, verified);
  return ok();
}

}  // namespace seabed::restore
