// BEFORE_BACKUP_LOG, BACKUP_LOG: a set with PLUS ARCHIVELOG takes the log from start_replay_scn to min_restore_scn with
// it. What is copied is chosen once and kept, so that a second try after a crash writes the same bytes.

#include <algorithm>
#include <atomic>

#include "core/base/log.h"
#include "core/catalog/destinations.h"
#include "core/engine/backup/backup_run.h"
#include "core/engine/keys/reading_keys.h"
#include "core/engine/restore/choose_pieces.h"
#include "core/flow/lanes.h"
#include "core/media/set_log_keys.h"
#include "core/storage/subtree.h"

namespace seabed::backup {
namespace {
constexpr std::chrono::milliseconds kBetweenLooks{100};
constexpr std::chrono::seconds kBetweenSaves{1};

uint64_t count_files(const std::vector<ComplementPiece>& pieces) {
  uint64_t out = 0;
  for (const auto& piece : pieces)
    for (const auto& list : piece.files.lists()) out += static_cast<uint64_t>(list.files_size());
  return out;
}
}  // namespace

/// Where the log of the set's round lies.
Status BackupRun::open_archive() {
  if (archive_ != nullptr) return ok();
  SEABED_TRY(const auto row, context_.catalog->get<std::optional<catalog::DestinationRow>>(
                                 [&](Transaction& tx) { return catalog::find_destination(tx, set_.archive_dest_id); }));
  if (!row)
    return fail(Code::kNotFound, "archive destination " + std::to_string(set_.archive_dest_id), "is not in the catalog",
                "back up without PLUS ARCHIVELOG");
  SEABED_TRY(const Uri uri, parse_uri(row->uri));
  SEABED_TRY(auto store, context_.storage->open(uri));
  SEABED_TRY(auto reader, ArchiveReader::open(Medium{std::move(store), &stop_, context_.limits.request_deadline}));
  archive_ = std::make_unique<ArchiveReader>(std::move(reader));
  return ok();
}

/// False: the archive does not reach min_restore_scn yet.
Result<bool> BackupRun::plan_log_now() {
  SEABED_TRY(const auto pieces, archive_->pieces());
  std::vector<restore::PieceSpan> spans;
  std::vector<const PieceFacts*> facts;
  for (const PieceFacts& piece : pieces) {
    if (piece.problem || piece.empty) continue;
    spans.push_back({piece.key, piece.descriptor.start_scn(), piece.descriptor.checkpoint_scn()});
    facts.push_back(&piece);
  }
  auto run = restore::run_from(spans, set_.archive_dest_id, set_.archive_round_id, start_replay_scn());
  if (run.pieces.empty() || run.end < min_restore_scn()) return false;
  std::vector<PieceFacts> wanted;
  for (size_t i : restore::cut_run(spans, std::move(run), min_restore_scn()).pieces) wanted.push_back(*facts[i]);
  meta::LsMetaInfos streams;
  SEABED_CHECK(reader_->medium().read_message(paths::ls_meta_infos(set_id_), FileType::kLsMetaInfos, &streams));
  ComplementNeed need{.to = min_restore_scn()};
  for (const auto& ls : streams.ls()) need.from[ls.ls_id()] = {Lsn{ls.start_replay_lsn()}, ls.start_replay_scn()};
  SEABED_TRY(document_.log_pieces, plan_complement(archive_->medium(), wanted, need));
  return true;
}

/// The archive was awaited with the data; here only a medium that is slow to show it may be behind.
Status BackupRun::plan_log() {
  SEABED_CHECK(open_archive());
  const auto until = std::chrono::steady_clock::now() + context_.limits.request_deadline;
  while (true) {
    SEABED_TRY(const bool planned, plan_log_now());
    if (planned) break;
    if (std::chrono::steady_clock::now() >= until)
      return fail(Code::kTimeout, archive_->medium().store->describe(),
                  "its pieces do not lead to the set's min_restore_scn without a gap",
                  "look at the archive's status and run seabed verify");
    SEABED_CHECK(archiver_.flush(io()));
    if (stop_.wait_for(kBetweenLooks)) return fail(Code::kCancelled, dest_.tenant.name, "the backup was cancelled");
  }
  document_.log_files.clear();
  document_.log_bytes = 0;
  log_total_ = count_files(document_.log_pieces);
  return ok();
}

Status BackupRun::copy_log() {
  SEABED_CHECK(open_archive());
  ComplementWriter writer(archive_->medium(), reader_->medium(), set_id_, dest_.tenant.time_zone,
                          context_.limits.part_bytes);
  if (document_.log_pieces.empty())
    return fail(Code::kInternal, "set task", "no piece of the log was chosen");
  SEABED_CHECK(writer.begin(document_.log_pieces.front().key()));
  SEABED_CHECK(copy_log_files(writer));
  for (const ComplementPiece& piece : document_.log_pieces) SEABED_CHECK(writer.finish(piece));
  SEABED_TRY(auto small, writer.small_files());
  std::erase_if(document_.log_files, [](const auto& f) { return f.key().find("/log/") == std::string::npos; });
  document_.log_bytes = 0;
  for (const auto& file : document_.log_files) document_.log_bytes += file.size();
  for (auto& file : small) document_.log_files.push_back(std::move(file));
  document_.end_us = context_.clock->read().now / 1000;
  log::info("backup: job {}: {} log files of {} pieces are in the set", job_id_, log_total_.load(),
            document_.log_pieces.size());
  return ok();
}

/// A set under a password opens with it alone, its log too. Empty: nothing of it is under the tenant's keys.
Result<std::string> BackupRun::log_keys() {
  if (!plus_archivelog() || !key_ || encryption_mode_ != "PASSWORD") return std::string();
  const std::string below = paths::complement_log(set_id_).substr(paths::set_dir(set_id_).size());
  std::vector<std::string> files;
  for (const auto& file : document_.log_files)
    if (file.key().starts_with(below) && file.key().find("/log/") != std::string::npos) files.push_back(file.key().substr(below.size()));
  const Medium& data = reader_->medium();
  Medium complement{subtree(data.store, paths::complement_log(set_id_)), data.cancel, data.call_deadline};
  SEABED_TRY(complement.keys, reading_keys(context_, {}, context_.cluster_id, job_.tenant_id, stop_));
  SEABED_TRY(const meta::SetLogKeys keys, collect_log_keys(complement, files));
  if (keys.keys().empty() && keys.clear().empty()) return std::string();
  return seal_log_keys(keys, key_->data_key, set_.tenant_id, set_.backup_set_id);
}

/// What an earlier process finished stays.
Status BackupRun::copy_log_files(ComplementWriter& writer) {
  struct File {
    paths::PieceKey piece;
    uint64_t ls;
    const meta::LsFileInfo* info;
  };
  std::vector<File> files;
  const auto is_done = [&](const std::string& key) {
    return std::ranges::any_of(document_.log_files, [&](const auto& f) { return f.key().ends_with("/" + key); });
  };
  for (const auto& piece : document_.log_pieces)
    for (const auto& list : piece.files.lists())
      for (const auto& info : list.files())
        if (!is_done(paths::log_file(piece.key(), list.ls_id(), info.file_id())))
          files.push_back({piece.key(), list.ls_id(), &info});
  log_total_ = count_files(document_.log_pieces);
  log_done_ = log_total_ - files.size();
  for (const File& file : files) total_bytes_ += file.info->length();
  std::atomic<size_t> next = 0;
  const auto lane = [&](uint32_t) -> Status {
    for (size_t i; (i = next++) < files.size();) {
      if (stop_.cancelled()) return fail(Code::kCancelled, dest_.tenant.name, "the backup was cancelled");
      SEABED_TRY(auto entry, writer.copy_log(files[i].piece, files[i].ls, *files[i].info,
                                             [&](uint64_t bytes) { log_bytes_ += bytes; }));
      SEABED_CHECK(save_log_progress(std::move(entry)));
    }
    return ok();
  };
  const auto lanes = std::min<size_t>(std::max<size_t>(1, context_.limits.backup_threads), files.size());
  if (lanes == 0) return ok();
  return run_lanes(static_cast<uint32_t>(lanes), lane, [&] { next = files.size(); });
}

/// A file that is whole; the row at most once a second.
Status BackupRun::save_log_progress(meta::FileEntry entry) {
  std::lock_guard lock(rows_mutex_);
  document_.log_files.push_back(std::move(entry));
  ++log_done_;
  const auto now = std::chrono::steady_clock::now();
  if (now - log_saved_ < kBetweenSaves) return ok();
  log_saved_ = now;
  describe_task();
  return context_.catalog->transact(
      [&](Transaction& tx) { return catalog::update_set_task(tx, task_, task_.status); });
}

}  // namespace seabed::backup
