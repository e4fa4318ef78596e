// What makes a piece frozen. Every list is computed from the piece's final checkpoint and from bytes on the medium, so
// that a second try after a crash writes the same content.

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/format/meta.pb.h"
#include "core/media/archive_tree.h"
#include "core/media/log_form.h"
#include "core/media/log_object.h"

namespace seabed {

namespace {
meta::LsFileInfo to_message(const LogFile& file) {
  meta::LsFileInfo m;
  m.set_file_id(file.file_id);
  m.set_length(file.length);
  m.set_hash128(std::string(view(file.hash)));
  m.set_epoch(file.epoch);
  m.set_min_scn(file.min_scn);
  m.set_max_scn(file.max_scn);
  m.set_min_lsn(file.min_lsn.bytes);
  m.set_max_lsn(file.max_lsn.bytes);
  return m;
}

void add_entry(meta::PieceDescriptor* descriptor, const std::string& dir, const std::string& key, uint64_t size,
               std::string_view hash) {
  auto* entry = descriptor->add_files();
  entry->set_key(key.substr(dir.size()));
  entry->set_size(size);
  entry->set_hash128(std::string(hash));
}

Result<meta::LsFileList> list_of(const meta::LsPieceProgress& ls, const std::vector<LogFile>& files) {
  meta::LsFileList list;
  list.set_ls_id(ls.ls_id());
  for (const auto& file : files)
    if (file.file_id >= ls.first_file_id() && file.file_id <= ls.last_file_id()) *list.add_files() = to_message(file);
  const uint32_t wanted = ls.first_file_id() == 0 ? 0 : ls.last_file_id() - ls.first_file_id() + 1;
  const bool whole = static_cast<uint32_t>(list.files_size()) == wanted &&
                     (wanted == 0 || (list.files().rbegin()->length() == ls.last_file_length() &&
                                      list.files().rbegin()->hash128() == ls.last_file_hash128()));
  if (!whole)
    return fail(Code::kInternal, fmt::format("log stream {}", ls.ls_id()),
                fmt::format("has {} log files in the piece, its checkpoint names {}", list.files_size(), wanted));
  return list;
}
}  // namespace

Status ArchiveTree::freeze_piece(const paths::PieceKey& piece, const LogFiles& files,
                                 meta::PieceDescriptor* descriptor) {
  SEABED_TRY(const auto last, newest_checkpoint(piece));
  if (!last) return fail(Code::kInternal, paths::piece_dir(piece), "has no checkpoint to freeze it at");
  SEABED_CHECK(remove_older_checkpoints(piece, last->checkpoint_scn()));
  meta::PieceFileList all;
  SEABED_CHECK(write_file_lists(piece, *last, files, descriptor, &all));
  SEABED_TRY(const std::string start, scn_to_tag(descriptor->start_scn(), zone_));
  SEABED_TRY(const std::string end, scn_to_tag(last->checkpoint_scn(), zone_));
  meta::Placeholder mark;
  mark.set_id(piece.piece);
  mark.set_round_id(piece.round);
  mark.set_dest_id(piece.dest);
  mark.set_scn(last->checkpoint_scn());
  SEABED_CHECK(put_once(*store_, paths::piece_range(piece, start, end), FileType::kPlaceholder, mark, io_()));
  descriptor->set_checkpoint_scn(last->checkpoint_scn());
  descriptor->set_status("FROZEN");
  descriptor->set_file_status("AVAILABLE");
  SEABED_TRY(const auto entries, list_all(*store_, paths::piece_dir(piece), io_()));
  SEABED_CHECK(list_small_files(piece, entries, descriptor));
  SEABED_CHECK(note_losses(piece, all, entries, descriptor));
  const auto put = put_once(*store_, paths::single_piece_info(piece), FileType::kPieceInfo, *descriptor, io_());
  // Before a crash the medium had lost more, or less: what was said then stays.
  if (!put && put.error().code == Code::kConflict) {
    SEABED_TRY(*descriptor, read_descriptor(piece));
  } else {
    SEABED_CHECK(put);
  }
  SEABED_CHECK(put_once(*store_, paths::piece_end(piece, end), FileType::kPlaceholder, mark, io_()));
  return ok();
}

// A writer that was killed left its last file in parts without a seal.
Status ArchiveTree::seal_left_open(const paths::PieceKey& piece, uint64_t ls_id, const meta::LsFileInfo& file) {
  if (store_->capabilities().append || file.hash128().size() != sizeof(Hash128)) return ok();
  Hash128 hash{};
  std::copy(file.hash128().begin(), file.hash128().end(), hash.begin());
  const auto sealed = seal_log_object(*store_, paths::log_file(piece, ls_id, file.file_id()), file.length(), hash,
                                      file.epoch(), io_());
  const bool damage = !sealed && (sealed.error().code == Code::kGap || sealed.error().code == Code::kCorruption);
  return damage ? ok() : sealed;  // note_losses says it
}

Status ArchiveTree::write_file_lists(const paths::PieceKey& piece, const meta::Checkpoint& last, const LogFiles& files,
                                     meta::PieceDescriptor* descriptor, meta::PieceFileList* all) {
  const std::string dir = paths::piece_dir(piece);
  uint64_t bytes = 0, max_scn = 0;
  for (const auto& progress : last.ls()) {
    SEABED_TRY(const auto log_files, files(progress));
    SEABED_TRY(meta::LsFileList list, list_of(progress, log_files));
    if (progress.ls_id() == 1) {
      SEABED_TRY(const auto folds, list_all(*store_, paths::schema_meta_dir(piece), io_()));
      for (const auto& fold : folds) {
        SEABED_TRY(const std::string content, read_object(*store_, fold.key, kMaxSmallObject, io_()));
        auto* entry = list.add_schema_meta();
        entry->set_key(fold.key.substr(dir.size()));
        entry->set_size(content.size());
        entry->set_hash128(std::string(view(hash128(content))));
      }
    }
    for (const auto& file : list.files()) {
      SEABED_CHECK(seal_left_open(piece, progress.ls_id(), file));
      bytes += file.length();
      max_scn = std::max(max_scn, file.max_scn());
      add_entry(descriptor, dir, paths::log_file(piece, progress.ls_id(), file.file_id()), file.length(),
                file.hash128());
    }
    SEABED_CHECK(put_once(*store_, paths::ls_file_info(piece, progress.ls_id()), FileType::kLsFileList, list, io_()));
    meta::LsPieceProgress kept = progress;
    kept.clear_resume();
    kept.clear_resume_lsn();
    *all->add_ls() = kept;
    *descriptor->add_ls() = std::move(kept);
    *all->add_lists() = std::move(list);
  }
  descriptor->set_max_scn(max_scn);
  descriptor->set_input_bytes(bytes);
  descriptor->set_output_bytes(bytes);
  SEABED_CHECK(put_once(*store_, paths::piece_file_info(piece), FileType::kPieceFileList, *all, io_()));
  return ok();
}

// Everything of the piece but the log files and the descriptor itself, hashed as it lies there.
Status ArchiveTree::list_small_files(const paths::PieceKey& piece, const std::vector<ListEntry>& entries,
                                     meta::PieceDescriptor* descriptor) {
  const std::string dir = paths::piece_dir(piece);
  for (const auto& entry : entries) {
    if (entry.key == paths::single_piece_info(piece) || entry.key.find("/log/") != std::string::npos) continue;
    SEABED_TRY(const std::string content, read_object(*store_, entry.key, kMaxSmallObject, io_()));
    add_entry(descriptor, dir, entry.key, content.size(), view(hash128(content)));
    if (!entry.key.starts_with(paths::holes_dir(piece))) continue;
    SEABED_TRY(const std::string body, decode_file(FileType::kHole, content, entry.key));
    if (!descriptor->add_holes()->ParseFromString(body))
      return fail(Code::kCorruption, entry.key, "is no hole record");
  }
  return ok();
}

namespace {

/// How much of a log file a listing shows; nullopt: a file in parts without one yet, which is its header alone.
std::optional<uint64_t> listed_length(const std::string& key, const std::vector<ListEntry>& entries) {
  const auto before = [](const ListEntry& entry, const std::string& at) { return entry.key < at; };
  const auto plain = std::lower_bound(entries.begin(), entries.end(), key, before);
  if (plain != entries.end() && plain->key == key && plain->size > 0) return plain->size;
  auto begin = std::lower_bound(entries.begin(), entries.end(), key + "/", before), end = begin;
  while (end != entries.end() && end->key.starts_with(key + "/")) ++end;
  const LogParts parts = gather_log_parts(key, std::span(begin, end));
  if (parts.format && parts.chain.empty() && !parts.problem) return std::nullopt;
  return parts.size;
}

}  // namespace

/// Why the medium has less of the file than was accepted; empty: it has all of it.
Result<std::string> ArchiveTree::loss_of(const std::string& key, const meta::LsFileInfo& file,
                                         const std::vector<ListEntry>& entries) {
  const auto listed = listed_length(key, entries);
  if (listed ? *listed >= file.length() : file.max_scn() == 0) return std::string();
  const IoContext ctx = io_();
  const auto object = open_log_object(*store_, key, ctx);   // a listing may be late
  if (!object && object.error().code == Code::kNotFound) return key + " is missing";
  if (!object && object.error().code == Code::kCorruption) return object.error().message();
  if (!object) return fail(object.error());
  if ((*object)->size() >= file.length()) return std::string();
  return (*object)->short_of(file.length()).message();
}

/// What was accepted and is not there: the log is whole up to the file before it. A reader that looks for a target must
/// meet a group behind it, so the last group of that file is left out.
Status ArchiveTree::note_losses(const paths::PieceKey& piece, const meta::PieceFileList& all,
                                const std::vector<ListEntry>& entries, meta::PieceDescriptor* descriptor) {
  for (const meta::LsFileList& list : all.lists()) {
    uint64_t whole = descriptor->start_scn();
    for (const meta::LsFileInfo& file : list.files()) {
      const std::string key = paths::log_file(piece, list.ls_id(), file.file_id());
      SEABED_TRY(const std::string loss, loss_of(key, file, entries));
      if (!loss.empty()) {
        auto* gap = descriptor->add_holes();
        gap->set_ls_id(list.ls_id());
        gap->set_scn_lo(whole);
        gap->set_reason("the medium lost log that was archived: " + loss);
        gap->set_gap(true);
        descriptor->set_file_status("BROKEN");
        break;
      }
      whole = std::max(whole, std::max<uint64_t>(file.max_scn(), 1) - 1);
    }
  }
  return ok();
}

}  // namespace seabed
