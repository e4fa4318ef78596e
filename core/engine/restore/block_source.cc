#include "core/engine/restore/block_source.h"

#include <spdlog/fmt/fmt.h>

#include "core/flow/macroblock.h"
#include "core/format/stored_page.h"

namespace seabed::restore {

BlockSource::BlockSource(const BackupReader& reader, std::vector<std::pair<DataDirectory, FileTask*>> files)
    : reader_(reader) {
  for (auto& [from, task] : files)
    if (task->meta.size() > 0)
      holders_[BackupReader::holder(from, task->meta)][{task->meta.tablet_id(), task->meta.logical_id()}] =
          task;
  at_ = holders_.begin();
}

Status BlockSource::open_next_holder() {
  if (begun_) {
    SEABED_CHECK(all_complete());
    ++at_;
  }
  begun_ = true;
  index_.reset();
  if (at_ == holders_.end()) return ok();
  SEABED_TRY(IndexReader reader, reader_.open_ranges(at_->first));
  index_.emplace(std::move(reader));
  return ok();
}

Status BlockSource::all_complete() const {
  for (const auto& [key, task] : at_->second) {
    if (task->next == task->meta.block_count()) continue;
    SEABED_TRY(std::string index, reader_.index_key(at_->first, "macro_range_index"));
    return fail(Code::kCorruption, reader_.medium().name(index),
                fmt::format("lacks block {} of {}", task->next, task->meta.name()), "run seabed verify");
  }
  return ok();
}

Status BlockSource::check(const meta::MacroRange& range, FileTask& file) const {
  const DataDirectory& d = at_->first;
  const meta::PhysicalId& at = range.at();
  const bool placed = at.backup_set_id() == d.set_id && at.ls_id() == d.ls_id && at.kind() == d.kind &&
                      at.turn() == d.turn && at.retry() == d.retry;
  if (placed && range.block() == file.next && range.block() < file.meta.block_count() &&
      plain_length(range) == block_length(file.meta.size(), range.block()))
    return ok();
  SEABED_TRY(std::string index, reader_.index_key(d, "macro_range_index"));
  return fail(Code::kCorruption, reader_.medium().name(index),
              fmt::format("block {} of {} does not follow block {} as it must", range.block(),
                          file.meta.name(), file.next),
              "run seabed verify");
}

Result<std::optional<BlockTask>> BlockSource::next() {
  std::lock_guard lock(mutex_);
  if (error_) return fail(*error_);
  auto found = find_next();
  if (!found) error_ = found.error();
  return found;
}

Result<std::optional<BlockTask>> BlockSource::find_next() {
  if (!begun_) SEABED_CHECK(open_next_holder());
  BlockTask task;
  while (at_ != holders_.end()) {
    SEABED_TRY(bool more, index_->next(&task.range));
    if (!more) {
      SEABED_CHECK(open_next_holder());
      continue;
    }
    auto it = at_->second.find({task.range.tablet_id(), task.range.logical_id()});
    if (it == at_->second.end()) continue;
    task.file = it->second;
    SEABED_CHECK(check(task.range, *task.file));
    ++task.file->next;
    return task;
  }
  return std::nullopt;
}

}  // namespace seabed::restore
