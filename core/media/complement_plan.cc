// Which log files of the archive a set takes with it.

#include <algorithm>
#include <limits>

#include "core/media/archive_resume.h"
#include "core/media/complement_log.h"

namespace seabed {
namespace {

meta::LsFileInfo info_of(const LogFile& file) {
  meta::LsFileInfo out;
  out.set_file_id(file.file_id);
  out.set_length(file.length);
  out.set_hash128(std::string(view(file.hash)));
  out.set_epoch(file.epoch);
  out.set_min_scn(file.min_scn);
  out.set_max_scn(file.max_scn);
  out.set_min_lsn(file.min_lsn.bytes);
  out.set_max_lsn(file.max_lsn.bytes);
  return out;
}

/// From the last file to the first: each tells how much of the one before it counts.
Result<meta::LsFileList> scan_active(const Medium& archive, const PieceFacts& piece, const meta::LsPieceProgress& p) {
  const ArchiveStreamId id{piece.descriptor.tenant_id(), piece.key.dest, piece.key.round, p.ls_id()};
  std::vector<meta::LsFileInfo> files;
  uint64_t limit = p.last_file_length();
  for (uint32_t n = p.last_file_id(); n >= p.first_file_id() && n != 0; --n) {
    SEABED_TRY(LogFileScan scan, scan_log_file(*archive.store, id, piece.key.piece, n, limit, {}, archive.io()));
    if (scan.file.length != limit)
      return fail(Code::kCorruption, archive.name(paths::log_file(piece.key, p.ls_id(), n)),
                  "does not hold what was accepted", "run seabed verify on the archive");
    files.push_back(info_of(scan.file));
    limit = scan.previous_length;
  }
  meta::LsFileList list;
  list.set_ls_id(p.ls_id());
  for (auto it = files.rbegin(); it != files.rend(); ++it) *list.add_files() = *it;
  return list;
}

Result<meta::LsFileList> list_of(const Medium& archive, const PieceFacts& piece, const meta::LsPieceProgress& p) {
  if (!piece.frozen) return scan_active(archive, piece, p);
  meta::LsFileList list;
  SEABED_CHECK(archive.read_message(paths::ls_file_info(piece.key, p.ls_id()), FileType::kLsFileList, &list));
  if (list.ls_id() == p.ls_id()) return list;
  return fail(Code::kCorruption, archive.name(paths::ls_file_info(piece.key, p.ls_id())),
              "lists the files of another log stream", "run seabed verify on the archive");
}

/// False: all of it lies before the start. A file of metadata alone is kept: its place in the log is not known.
bool reaches(const meta::LsFileInfo& file, const StreamLogStart& start) {
  return file.max_lsn().empty() || file.max_lsn() >= start.lsn.bytes || file.max_scn() > start.scn;
}

/// The file that goes behind `to` is kept, and with it the proof of what follows the last commit.
meta::LsFileList clip(const meta::LsFileList& all, const StreamLogStart* start, Scn to) {
  meta::LsFileList out;
  out.set_ls_id(all.ls_id());
  for (const meta::LsFileInfo& file : all.files()) {
    if (out.files().empty() && start != nullptr && !reaches(file, *start)) continue;
    *out.add_files() = file;
    if (file.max_scn() > to) break;
  }
  return out;
}

meta::LsPieceProgress progress_of(const meta::LsPieceProgress& whole, const meta::LsFileList& kept, Scn to) {
  meta::LsPieceProgress out;
  out.set_ls_id(whole.ls_id());
  out.set_start_scn(whole.start_scn());
  out.set_checkpoint_scn(std::min<Scn>(whole.checkpoint_scn(), to));
  out.set_epoch(whole.epoch());
  out.set_incarnation(whole.incarnation());
  out.set_deleted(whole.deleted());
  if (kept.files().empty()) return out;
  const meta::LsFileInfo& last = *kept.files().rbegin();
  uint64_t bytes = 0;
  for (const meta::LsFileInfo& file : kept.files()) bytes += file.length();
  out.set_max_scn(last.max_scn());
  out.set_min_lsn(kept.files(0).min_lsn());
  out.set_max_lsn(last.max_lsn());
  out.set_first_file_id(kept.files(0).file_id());
  out.set_last_file_id(last.file_id());
  out.set_last_file_length(last.length());
  out.set_last_file_hash128(last.hash128());
  out.set_input_bytes(bytes);
  return out;
}

Status add_stream(const Medium& archive, const PieceFacts& piece, const meta::LsPieceProgress& p,
                  const ComplementNeed& need, ComplementPiece* out) {
  meta::LsFileList kept;
  kept.set_ls_id(p.ls_id());
  if (p.first_file_id() != 0) {
    SEABED_TRY(const meta::LsFileList all, list_of(archive, piece, p));
    const auto from = need.from.find(p.ls_id());
    kept = clip(all, from == need.from.end() ? nullptr : &from->second, need.to);
  }
  *out->files.add_ls() = progress_of(p, kept, need.to);
  *out->files.add_lists() = std::move(kept);
  return ok();
}

Status add_small(const Medium& archive, const PieceFacts& piece, Scn to, ComplementPiece* out) {
  SEABED_TRY(const auto folds, archive.list(paths::schema_meta_dir(piece.key)));
  for (const ListEntry& entry : folds) out->small.push_back(entry.key);
  for (const meta::HoleRecord& hole : piece.holes)
    if (hole.scn_lo() <= to) out->small.push_back(paths::hole(piece.key, hole.ls_id(), hole.scn_lo()));
  return ok();
}

}  // namespace

Result<std::vector<ComplementPiece>> plan_complement(const Medium& archive, const std::vector<PieceFacts>& pieces,
                                                     const ComplementNeed& need) {
  std::vector<ComplementPiece> out;
  for (const PieceFacts& piece : pieces) {
    if (piece.problem) return fail(*piece.problem);
    ComplementPiece copy;
    copy.piece = piece.descriptor;
    copy.piece.clear_ls(), copy.piece.clear_files(), copy.piece.clear_holes();
    copy.piece.set_checkpoint_scn(std::min<Scn>(piece.descriptor.checkpoint_scn(), need.to));
    if (copy.piece.end_scn() == 0) copy.piece.set_end_scn(copy.piece.checkpoint_scn());   // it was still active
    for (const meta::LsPieceProgress& p : piece.descriptor.ls())
      SEABED_CHECK(add_stream(archive, piece, p, need, &copy));
    SEABED_CHECK(add_small(archive, piece, need.to, &copy));
    out.push_back(std::move(copy));
  }
  return out;
}

}  // namespace seabed
