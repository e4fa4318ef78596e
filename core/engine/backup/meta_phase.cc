// BACKUP_SYS_META, BACKUP_USER_META, BACKUP_META_FINISH: what the set is a copy of. Snapshots are taken, the log behind them
// is awaited, and the streams' facts are written before any data is. That the archive's checkpoint is there is awaited last.

#include <algorithm>
#include <atomic>

#include "core/base/log.h"
#include "core/catalog/rounds.h"
#include "core/engine/backup/backup_run.h"
#include "core/flow/lanes.h"

namespace seabed::backup {
namespace {
constexpr std::chrono::milliseconds kBetweenLooks{100};
constexpr size_t kTabletsAFile = 20'000;
constexpr size_t kWaitsAtATime = 16;
}  // namespace

/// Streams that are whole stay as they are; every other one that has no snapshot (any more) begins a new turn.
void BackupRun::next_turn() {
  ++document_.turn;
  for (StreamDocument& stream : document_.streams) {
    const bool changed = std::ranges::find(changed_, stream.ls_id) != changed_.end();
    if (stream.complete() || (snapshots_.contains(stream.ls_id) && !changed)) continue;
    snapshots_.erase(stream.ls_id);
    stream.turn = 0;
    drop_entries(&document_.meta_files, "logstream_" + std::to_string(stream.ls_id) + "/");
  }
  changed_.clear();
}

Status BackupRun::take_snapshots() {
  const bool system_only = task_.status == name(SetState::kSysMeta);
  for (uint64_t ls_id : stream_ids(context_, job_.tenant_id)) {
    if (system_only && ls_id != 1) continue;
    StreamDocument& stream = document_.stream(ls_id);
    if (stream.turn == 0) SEABED_CHECK(take_snapshot(stream));
  }
  return ok();
}

/// Waits for a stream that is not attached yet (the agent has just started, and its archiver with it) and for a
/// directory that changes too fast, as long as a step is tried again.
Result<std::unique_ptr<Snapshot>> BackupRun::look(uint64_t ls_id) {
  const std::string what = dest_.tenant.name + " log stream " + std::to_string(ls_id);
  const StepRetry policy = retry_policy();
  const auto until = std::chrono::steady_clock::now() + policy.pause * policy.attempts;
  while (true) {
    StreamSource* source = archiver_.source(ls_id);
    Result<std::unique_ptr<Snapshot>> taken =
        fail(Code::kConflict, what, "is not attached", "look at the archive status of the tenant");
    if (source != nullptr) taken = source->snapshot(stop_);
    if (taken || taken.error().code != Code::kConflict || std::chrono::steady_clock::now() >= until) return taken;
    if (stop_.wait_for(std::min(policy.pause, kBetweenLooks))) return fail(Code::kCancelled, what, "was cancelled");
  }
}

Status BackupRun::take_snapshot(StreamDocument& stream) {
  const std::string what = dest_.tenant.name + " log stream " + std::to_string(stream.ls_id);
  auto taken = look(stream.ls_id);
  if (!taken) return fail(std::move(taken.error()));
  stream = StreamDocument{.ls_id = stream.ls_id, .turn = document_.turn, .taken_scn = (*taken)->taken_scn,
                          .tablets = (*taken)->tablets.size()};
  log::info("backup: {} turn {}: {} files pinned after {} looks", what, stream.turn, (*taken)->files.size(),
            (*taken)->turns_needed);
  for (const auto& file : (*taken)->files) total_bytes_ += file.size;
  snapshots_[stream.ls_id] = std::move(*taken);
  known_.erase(stream.ls_id);
  return ok();
}

/// All streams at a time: one checkpoint then serves them all. Waiting also ships what the lag target would keep back.
Status BackupRun::stamp_snapshots() {
  std::vector<StreamDocument*> open;
  for (StreamDocument& stream : document_.streams)
    if (stream.turn != 0 && stream.min_restore_scn == 0) open.push_back(&stream);
  if (open.empty()) return ok();
  std::atomic<size_t> next = 0;
  auto lane = [&](uint32_t) -> Status {
    for (size_t i; (i = next++) < open.size();) SEABED_CHECK(stamp_snapshot(*open[i]));
    return ok();
  };
  SEABED_CHECK(run_lanes(static_cast<uint32_t>(std::min(open.size(), kWaitsAtATime)), lane, [&] { next = open.size(); }));
  covering_ = std::async(std::launch::async, [this, scn = min_restore_scn()]() -> Result<Scn> {
    SEABED_CHECK(archiver_.wait_checkpoint(round(), scn, io()));
    return scn;
  });
  return ok();
}

/// What became of the wait beside the copy, if it is over. What would only have to be tried again is left to wait_covered().
Status BackupRun::take_covering(bool wait) {
  if (!covering_.valid()) return ok();
  if (!wait && covering_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return ok();
  const auto reached = covering_.get();
  if (reached) covered_ = std::max(covered_, *reached);
  return reached || reached.error().retryable() ? ok() : Status(fail(reached.error()));
}

/// Nothing can be restored to before: the set is no success until then. Its own round's log counts, whatever the archive does
/// by now: that round may have ended since, and another have begun.
Status BackupRun::wait_covered() {
  SEABED_CHECK(take_covering(true));
  if (covered_ >= min_restore_scn()) return ok();
  using Row = std::optional<catalog::RoundRow>;
  SEABED_TRY(const Row row, context_.catalog->get<Row>([&](Transaction& tx) {
    return catalog::find_round(tx, set_.tenant_id, set_.archive_dest_id, set_.archive_round_id);
  }));
  if (row && row->checkpoint_scn >= min_restore_scn()) return ok();
  return archiver_.wait_checkpoint(round(), min_restore_scn(), io());
}

Status BackupRun::stamp_snapshot(StreamDocument& stream) {
  SEABED_TRY(const Scn covered, archiver_.wait_stamp(round(), stream.ls_id, stream.taken_scn, io()));
  const Snapshot& snapshot = *snapshots_.at(stream.ls_id);
  stream.start_replay_scn = snapshot.start_replay_scn;
  if (stream.start_replay_scn == 0) {
    SEABED_TRY(stream.start_replay_scn, archiver_.stamp_of(stream.ls_id, snapshot.start_replay));
  }
  stream.min_restore_scn = std::max(covered, stream.taken_scn);
  return ok();
}

meta::LsMetaInfo BackupRun::ls_meta(const StreamDocument& stream, const Snapshot& snapshot) const {
  meta::LsMetaInfo out;
  out.set_ls_id(stream.ls_id);
  out.set_incarnation(snapshot.incarnation);
  out.set_start_replay_lsn(snapshot.start_replay.bytes);
  out.set_start_replay_scn(stream.start_replay_scn);
  out.set_min_restore_scn(stream.min_restore_scn);
  out.set_taken_scn(stream.taken_scn);
  out.set_recovery(snapshot.recovery);
  out.set_turns(snapshot.turns_needed);
  out.set_engine("seabed");
  if (const TenantConfig* tenant = tenant_config(context_, job_.tenant_id))
    for (const auto& config : tenant->streams)
      if (config.ls_id == stream.ls_id) {
        out.set_engine(config.engine);
        const std::string& directory = config.stream.directory;
        out.set_directory(directory.substr(directory.rfind('/') + 1));
      }
  return out;
}

std::vector<FramedObject> BackupRun::stream_meta(const StreamDocument& stream, const Snapshot& snapshot) const {
  std::vector<FramedObject> out;
  out.push_back(frame_message(paths::ls_meta_info(set_id_, stream.ls_id, stream.turn, 0), FileType::kLsMetaInfo,
                              ls_meta(stream, snapshot)));
  for (size_t begin = 0, part = 1; begin == 0 || begin < snapshot.tablets.size(); begin += kTabletsAFile, ++part) {
    meta::TabletInfo info;
    info.set_ls_id(stream.ls_id);
    for (size_t i = begin; i < std::min(begin + kTabletsAFile, snapshot.tablets.size()); ++i) {
      auto* tablet = info.add_tablets();
      tablet->set_id(snapshot.tablets[i].id);
      tablet->set_database(snapshot.tablets[i].database);
      tablet->set_name(snapshot.tablets[i].name);
      tablet->set_attributes(snapshot.tablets[i].attributes);
    }
    const auto number = static_cast<uint32_t>(part);
    out.push_back(frame_message(paths::tablet_info(set_id_, stream.ls_id, stream.turn, 0, number),
                                FileType::kTabletInfo, info));
  }
  return out;
}

Status BackupRun::write_stream_meta() {
  std::vector<FramedObject> objects;
  for (StreamDocument& stream : document_.streams) {
    const auto snapshot = snapshots_.find(stream.ls_id);
    if (stream.meta_written || snapshot == snapshots_.end()) continue;
    for (auto& object : stream_meta(stream, *snapshot->second)) objects.push_back(std::move(object));
  }
  objects.push_back(
      frame_message(paths::ls_attr_info(set_id_, document_.turn), FileType::kLsAttrInfo, ls_attributes()));
  SEABED_TRY(auto entries, writer_->put_all(objects));
  for (StreamDocument& stream : document_.streams) stream.meta_written |= snapshots_.contains(stream.ls_id);
  drop_entries(&document_.meta_files, "infos/meta_info/ls_attr_info.");
  for (auto& entry : entries) document_.meta_files.push_back(std::move(entry));
  return ok();
}

meta::LsAttrInfo BackupRun::ls_attributes() const {
  meta::LsAttrInfo out;
  const TenantConfig* tenant = tenant_config(context_, job_.tenant_id);
  for (const StreamDocument& stream : document_.streams) {
    auto* ls = out.add_ls();
    ls->set_ls_id(stream.ls_id);
    ls->set_status("NORMAL");
    ls->set_engine("seabed");
    if (StreamSource* source = archiver_.source(stream.ls_id)) ls->set_source(source->describe());
    if (tenant != nullptr)
      for (const auto& config : tenant->streams)
        if (config.ls_id == stream.ls_id) ls->set_engine(config.engine);
    out.set_scn(std::max<uint64_t>(out.scn(), stream.taken_scn));
  }
  return out;
}

/// One file with the facts of all streams, read back from their own: those of an earlier turn have no snapshot here.
Status BackupRun::merge_meta() {
  meta::LsMetaInfos merged;
  for (const StreamDocument& stream : document_.streams) {
    const std::string key = paths::ls_meta_info(set_id_, stream.ls_id, stream.turn, 0);
    SEABED_CHECK(reader_->medium().read_message(key, FileType::kLsMetaInfo, merged.add_ls()));
  }
  SEABED_TRY(auto entry, writer_->put(paths::ls_meta_infos(set_id_), FileType::kLsMetaInfos, merged));
  drop_entries(&document_.meta_files, entry.key());
  document_.meta_files.push_back(std::move(entry));
  return ok();
}

}  // namespace seabed::backup
