// Going on with a copy that a kill interrupted. The sources are read again in the order in which the dead process had
// placed their blocks, so that the same parts come out; a part that the medium lists, with the tag that it gave for
// just these bytes, is not sent again. Where a source is gone or differs, the journal counts up to there: what follows
// is laid out anew, in the same upload.

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/flow/macroblock.h"
#include "core/media/ls_data_copy.h"

namespace seabed {

Status LsDataCopy::keep_journal(const std::string& path, CopyMemory* memory) {
  if (memory != nullptr) {
    SEABED_CHECK(adopt(memory));
    SEABED_TRY(journal_, CopyJournal::create(path, *memory));
    memory_ = memory;
  } else {
    CopyMemory fresh;
    fresh.shape = copy_shape(options_, store_.capabilities());
    for (const auto& file : files_) fresh.files.push_back(file.meta);
    auto made = CopyJournal::create(path, fresh);
    if (!made) {
      log::warn("backup: after a kill, {} would be sent again: {}", paths::ls_data_dir(data_), made.error().message());
      return ok();
    }
    journal_ = std::move(*made);
  }
  uploads_.keep_journal(journal_.get());
  return ok();
}

/// What of the journal still holds, today: whole data files, reproducible blocks, listed parts.
Status LsDataCopy::adopt(CopyMemory* memory) {
  if (memory->shape != copy_shape(options_, store_.capabilities()))
    return fail(Code::kConflict, paths::ls_data_dir(data_), "parts are cut in another way now");
  SEABED_TRY(first_file_, whole_files(*memory));
  std::erase_if(memory->done, [&](const auto& entry) { return entry.first >= first_file_; });
  for (const auto& [file, whole] : memory->done) uploads_.adopt_whole(file, whole);
  keep_blocks(memory, reproducible(*memory));
  return adopt_uploads(memory);
}

/// How many data files from the first on lie whole on the medium.
Result<uint32_t> LsDataCopy::whole_files(const CopyMemory& memory) {
  uint32_t file = 0;
  for (auto it = memory.done.begin(); it != memory.done.end() && it->first == file; ++it, ++file) {
    auto found = store_.stat(paths::macro_block_data(data_, file), io_());
    if (!found && found.error().code == Code::kNotFound) break;
    if (!found) return fail(std::move(found.error()));
    if (found->size != it->second.size) break;
  }
  return file;
}

/// Blocks in front of the first one that must come again and whose source is gone.
size_t LsDataCopy::reproducible(const CopyMemory& memory) const {
  const auto gone = [&](const JournalBlock& b) { return b.file >= first_file_ && !files_[b.rank].open; };
  return static_cast<size_t>(std::ranges::find_if(memory.blocks, gone) - memory.blocks.begin());
}

/// Of a file of which `placed` bytes have their place, what is to come: without what may be compressed to nothing.
uint64_t LsDataCopy::least_stored(uint64_t size, uint64_t placed) const {
  uint64_t sure = size;
  if (form_.compression == PageCompression::kAll) sure = 0;
  if (form_.compression == PageCompression::kMetadata && size > 0) sure -= block_length(size, block_count(size) - 1);
  return sure - std::min(sure, placed);
}

/// Will the data file have `parts` parts again? One with fewer could not be completed where a server (Ceph's) wants all
/// of the listed ones.
bool LsDataCopy::room_for_parts(const CopyMemory& memory, uint32_t file, uint32_t parts) const {
  if (memory.blocks.empty() || memory.blocks.back().file < file) return false;
  if (memory.blocks.back().file > file) return true;
  std::vector<uint64_t> placed(files_.size());
  for (const JournalBlock& b : memory.blocks) placed[b.rank] += block_length(files_[b.rank].meta.size(), b.block);
  uint64_t end = memory.blocks.back().offset + memory.blocks.back().length;
  for (size_t rank = 0; rank < files_.size(); ++rank)
    if (files_[rank].open && files_[rank].meta.holder_set_id() == 0) end += least_stored(files_[rank].meta.size(), placed[rank]);
  const PartStreamOptions shape = part_stream_options(options_, store_.capabilities());
  end = std::min(end, shape.file_bytes - std::min(shape.file_bytes, kMacroblockSize));
  return end > uint64_t{parts - 1} * shape.part_bytes;
}

Status LsDataCopy::adopt_uploads(CopyMemory* memory) {
  std::erase_if(memory->uploads, [&](const auto& entry) { return entry.first < first_file_; });
  auto known = std::exchange(memory->parts, {});
  for (auto it = memory->uploads.begin(); it != memory->uploads.end();) {
    const auto& [file, id] = *it;
    const std::string key = paths::macro_block_data(data_, file);
    auto listed = store_.list_parts(key, id, io_());
    if (!listed && listed.error().code != Code::kNotFound) return fail(std::move(listed.error()));
    const bool use = listed && !listed->empty() && room_for_parts(*memory, file, listed->back().number);
    if (!use) {
      if (listed) abort_quietly(store_, key, id);
      it = memory->uploads.erase(it);
      continue;
    }
    for (const PartInfo& part : *listed) {
      const auto told = known.find({file, part.number});
      if (told != known.end() && told->second.size == part.size && told->second.tag == part.tag)
        memory->parts.insert(*told);
    }
    uploads_.adopt(file, id, *memory);
    ++it;
  }
  return ok();
}

Status LsDataCopy::replay() {
  SEABED_CHECK(deliver_trivial());
  const auto& blocks = memory_->blocks;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const JournalBlock before = blocks[i];
    auto& file = begun_[before.rank];
    if (file == nullptr) file = open(before.rank);
    if (file == nullptr && before.file < first_file_) continue;   // of a whole data file; its bytes there stay unused
    if (file == nullptr) return forget_from(i);
    if (file->next != before.block || file->whole())
      return fail(Code::kCorruption, file->out.meta.name(), "its blocks are in no order in the copy's journal");
    if (before.file < first_file_) {
      SEABED_CHECK(read_again(*file, before));
    } else {
      SEABED_TRY(const bool same, replay_block(*file, i));
      if (!same) return ok();
    }
    if (!file->whole()) continue;
    SEABED_CHECK(deliver(before.rank, end_file(*file)));
    delivered_.insert(before.rank);
    begun_.erase(before.rank);
    SEABED_CHECK(deliver_trivial());
  }
  return ok();
}

/// The block as the i-th before; false: it came out otherwise, and the journal goes on from here.
Result<bool> LsDataCopy::replay_block(OpenFile& file, size_t i) {
  SEABED_TRY(const StreamSlot slot, fill(file, [this](uint64_t length) { return stream_->reserve(length); }));
  stream_->commit(slot);
  const JournalBlock now = written_down(file, slot);
  const bool same = now == memory_->blocks[i];
  if (!same) {
    SEABED_CHECK(forget_from(i));
    journal_->block(now);
  }
  SEABED_CHECK(send_parts());
  return same;
}

/// A block in a data file that is whole: its source is compared, nothing is written.
Status LsDataCopy::read_again(OpenFile& file, const JournalBlock& before) {
  std::string room;
  const auto give = [&](uint64_t length) -> Result<StreamSlot> {
    if (length != before.length) return fail(Code::kConflict, file.out.meta.name(), "is stored in another length now");
    room.resize(length);
    return StreamSlot{room.data(), 0, length, before.file, before.offset};
  };
  SEABED_TRY(const StreamSlot slot, fill(file, give));
  if (written_down(file, slot) == before) return ok();
  return fail(Code::kConflict, file.out.meta.name(), "has other bytes than those that were sent");
}

Status LsDataCopy::forget_from(size_t block) {
  log::info("backup: {}: {} of {} blocks are as before the kill", paths::ls_data_dir(data_), block,
            memory_->blocks.size());
  keep_blocks(memory_, block);
  if (auto kept = journal_->rewrite(*memory_); !kept) log::warn("backup: {}", kept.error().message());
  return ok();
}

/// Files without blocks stand in no journal, and the others' entries would wait for theirs.
Status LsDataCopy::deliver_trivial() {
  for (; low_ < files_.size(); ++low_) {
    if (delivered_.contains(low_)) continue;
    const CopyFile& file = files_[low_];
    const bool reused = file.meta.holder_set_id() != 0;
    if (!reused && file.open) return ok();
    SEABED_CHECK(deliver(low_, CopiedFile{file.meta, {}, !reused}));
    delivered_.insert(low_);
  }
  return ok();
}

JournalBlock LsDataCopy::written_down(const OpenFile& file, const StreamSlot& slot) const {
  JournalBlock out{file.rank, file.out.blocks.back().block(), slot.file, slot.offset, static_cast<uint32_t>(slot.length), {}};
  std::ranges::copy(file.out.blocks.back().hash128(), out.hash.begin());
  return out;
}

}  // namespace seabed
