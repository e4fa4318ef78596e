// The end of each data phase: the tenant's indexes over all streams, and after the last one the names of the tables.

#include <algorithm>
#include <set>

#include "core/engine/backup/backup_run.h"
#include "core/flow/lanes.h"

namespace seabed::backup {
namespace {
constexpr size_t kNamesAFile = 20'000;
constexpr size_t kTabletsAFile = 20'000;
}

/// From the medium: streams that were finished before a crash have no snapshot any more.
Status BackupRun::each_tablet(
    const std::function<void(uint64_t ls_id, const meta::TabletInfo::Tablet&)>& visit) const {
  for (const StreamDocument& stream : document_.streams) {
    const size_t parts = std::max<size_t>(1, (stream.tablets + kTabletsAFile - 1) / kTabletsAFile);
    for (uint32_t part = 1; part <= parts; ++part) {
      meta::TabletInfo info;
      SEABED_CHECK(reader_->medium().read_message(paths::tablet_info(set_id_, stream.ls_id, stream.turn, 0, part),
                                                  FileType::kTabletInfo, &info));
      for (const auto& tablet : info.tablets()) visit(stream.ls_id, tablet);
    }
  }
  return ok();
}

Status BackupRun::merge_index(const std::string& kind) {
  meta::TabletLogStreamInfo map;
  SEABED_CHECK(each_tablet([&](uint64_t ls_id, const meta::TabletInfo::Tablet& tablet) {
    auto* item = map.add_items();
    item->set_tablet_id(tablet.id());
    item->set_ls_id(ls_id);
  }));
  std::vector<paths::LsData> winners;
  for (const StreamDocument& stream : document_.streams) {
    const Attempt& at = stream.finished(kind);
    winners.push_back({set_id_, stream.ls_id, kind, at.turn, at.retry});
  }
  const std::string map_key = paths::tablet_log_stream_info(set_id_, kind, document_.turn);
  std::vector<meta::FileEntry> entries;
  meta::FileEntry entry;
  SEABED_CHECK(run_lanes(2, [&](uint32_t lane) -> Status {
    if (lane == 1) {
      SEABED_TRY(entry, writer_->put(map_key, FileType::kTabletLogStreamInfo, map));
      return ok();
    }
    SEABED_TRY(entries, writer_->merge_indexes(kind, document_.turn, 0, winners, set_.prev_inc_backup_set_id));
    return ok();
  }, [] {}));
  drop_entries(&document_.data_files, "infos/" + kind + "_data_info_turn_");
  document_.data_files.push_back(std::move(entry));
  for (auto& index : entries) document_.data_files.push_back(std::move(index));
  return ok();
}

Status BackupRun::write_table_list() {
  std::set<std::pair<std::string, std::string>> names;
  SEABED_CHECK(each_tablet([&](uint64_t, const meta::TabletInfo::Tablet& tablet) {
    names.emplace(tablet.database(), tablet.name());
  }));
  std::vector<FramedObject> objects;
  auto name = names.begin();
  uint32_t part = 0;
  do {
    meta::TableList list;
    for (size_t i = 0; i < kNamesAFile && name != names.end(); ++i, ++name) {
      auto* item = list.add_items();
      item->set_database(name->first);
      item->set_table(name->second);
    }
    objects.push_back(frame_message(paths::table_list(set_id_, min_restore_scn(), ++part), FileType::kTableList, list));
  } while (name != names.end());
  meta::TableListMetaInfo info;
  info.set_scn(min_restore_scn());
  info.set_count(names.size());
  info.set_batch_size(kNamesAFile);
  info.set_parts(part);
  objects.push_back(
      frame_message(paths::table_list_meta(set_id_, min_restore_scn()), FileType::kTableListMetaInfo, info));
  SEABED_TRY(document_.table_files, writer_->put_all(objects));
  document_.end_us = context_.clock->read().now / 1000;
  return ok();
}

}  // namespace seabed::backup
