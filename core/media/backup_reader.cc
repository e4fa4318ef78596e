#include "core/media/backup_reader.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstring>

#include "core/flow/macroblock.h"
#include "core/flow/side_by_side.h"
#include "core/media/tombstone.h"

namespace seabed {
namespace {

constexpr size_t kSmallIndex = 256 << 10;

tl::unexpected<Error> damaged(std::string object, std::string reason) {
  return fail(Code::kCorruption, std::move(object), std::move(reason),
              "run seabed verify on the destination");
}

bool describes(const meta::BackupSetDescriptor& d, const paths::SetId& id) {
  return d.backup_set_id() == id.id && (d.backup_type() == "D") == id.full;
}

}  // namespace

Result<BackupReader> BackupReader::open(Medium medium) {
  meta::FormatInfo format;
  SEABED_CHECK(medium.read_message(paths::format(), FileType::kFormat, &format));
  return open(std::move(medium), std::move(format));
}

Result<BackupReader> BackupReader::open(Medium medium, meta::FormatInfo format) {
  if (format.kind() != meta::DEST_DATA)
    return fail(Code::kConflict, medium.store->describe(), "is no data backup destination",
                "give the destination of DATA_BACKUP_DEST");
  return BackupReader(std::move(medium), std::move(format));
}

/// What the placeholders and the tombstones say, `beside` at the same time.
Result<BackupReader::Found> BackupReader::look(std::vector<std::function<Status()>> beside) {
  std::vector<ListEntry> entries;
  beside.insert(beside.begin(), {[&]() -> Status {
                                   SEABED_TRY(entries, medium_.list(paths::backup_sets()));
                                   return ok();
                                 },
                                 [&]() -> Status {
                                   SEABED_TRY(DeletedNames gone, deleted_names(*medium_.store, medium_.io()));
                                   deleted_ = std::move(gone.sets);
                                   return ok();
                                 }});
  SEABED_CHECK(side_by_side(beside));
  Found found;
  for (const ListEntry& e : entries) {
    auto p = paths::parse_set_placeholder(e.key);
    if (!p) continue;
    SetFacts& set = found[p->set.id];
    if ((set.started || set.success || set.failed) && set.id.full != p->set.full)
      return damaged(medium_.name(e.key), "one set id is there as full and as incremental");
    set.id = p->set;
    set.started |= p->what == paths::SetPlaceholder::kStart;
    set.success |= p->what == paths::SetPlaceholder::kSuccess;
    set.failed |= p->what == paths::SetPlaceholder::kFailed;
    if (!p->tag.empty()) set.end_tag = p->tag;
  }
  std::erase_if(found, [&](const auto& set) { return deleted_.contains(set.first); });
  return found;
}

void BackupReader::take(Found found) {
  sets_.clear();
  by_id_.clear();
  for (auto& [id, set] : found) {
    by_id_[id] = sets_.size();
    sets_.push_back(std::move(set));
  }
}

Status BackupReader::load() {
  SEABED_TRY(Found found, look({}));
  std::vector<std::function<Status()>> reads;
  for (auto& [id, set] : found)
    if (set.success) reads.push_back([this, &set] { return read_descriptor(&set); });
  SEABED_CHECK(side_by_side(reads));
  take(std::move(found));
  return ok();
}

Result<BackupReader> BackupReader::open_sets(Medium medium, const meta::FormatInfo& format,
                                             const std::vector<paths::SetId>& sets) {
  BackupReader reader(std::move(medium), {});
  Found wanted;
  for (const paths::SetId& id : sets) wanted[id.id].id = id;
  std::vector<std::function<Status()>> reads{[&reader] {
    return reader.medium_.read_message(paths::format(), FileType::kFormat, &reader.format_);
  }};
  for (auto& [id, set] : wanted) reads.push_back([&reader, &set] { return reader.read_descriptor(&set); });
  SEABED_TRY(Found found, reader.look(std::move(reads)));
  if (reader.format_.kind() != meta::DEST_DATA || reader.format_.cluster_id() != format.cluster_id() ||
      reader.format_.tenant_id() != format.tenant_id())
    return fail(Code::kConflict, reader.medium_.store->describe(), "is not the data backup destination of this tenant",
                "give the one that it was restored from");
  std::erase_if(wanted, [&](const auto& set) {
    const auto it = found.find(set.first);
    return it == found.end() || it->second.id.full != set.second.id.full || !it->second.success;
  });
  for (auto& [id, set] : wanted) {
    found[id].descriptor = std::move(set.descriptor);
    found[id].problem = std::move(set.problem);
    set = std::move(found[id]);
  }
  reader.take(std::move(wanted));
  return reader;
}

Status BackupReader::read_descriptor(SetFacts* set) const {
  const std::string key = paths::single_set_info(set->id);
  Status s = medium_.read_message(key, FileType::kBackupSetInfo, &set->descriptor);
  if (s && !describes(set->descriptor, set->id))
    s = damaged(medium_.name(key), "describes another set than the one it lies in");
  if (s) return ok();
  const Code c = s.error().code;
  if (c != Code::kNotFound && c != Code::kCorruption && c != Code::kUnsupported) return s;
  set->problem = s.error();
  return ok();
}

const SetFacts* BackupReader::usable_set(uint64_t id) const {
  auto it = by_id_.find(id);
  return it == by_id_.end() || !sets_[it->second].usable() ? nullptr : &sets_[it->second];
}

Result<meta::LsMetaInfos> BackupReader::ls_metas(const SetFacts& set) const {
  meta::LsMetaInfos infos;
  SEABED_CHECK(medium_.read_message(paths::ls_meta_infos(set.id), FileType::kLsMetaInfos, &infos));
  return infos;
}

std::optional<DataDirectory> BackupReader::directory(const SetFacts& set, uint64_t ls,
                                                     const std::string& kind) {
  for (const meta::LsTurn& t : set.descriptor.ls()) {
    if (t.ls_id() != ls) continue;
    DataDirectory d{set.id.id, ls, kind, t.major_turn(), t.major_retry()};
    if (kind == "sys") d.turn = t.sys_turn(), d.retry = t.sys_retry();
    if (kind == "minor") d.turn = t.minor_turn(), d.retry = t.minor_retry();
    return d.turn == 0 ? std::nullopt : std::optional(d);
  }
  return std::nullopt;
}

DataDirectory BackupReader::holder(const DataDirectory& from, const meta::FileMeta& file) {
  // An earlier turn of the same set may hold the bytes too; entries without a turn are the directory's own.
  if (file.holder_set_id() == 0 || (file.holder_set_id() == from.set_id && file.holder_turn() == 0))
    return from;
  return {file.holder_set_id(), from.ls_id, file.holder_kind().empty() ? from.kind : file.holder_kind(),
          file.holder_turn(), file.holder_retry()};
}

Result<paths::LsData> BackupReader::place(const DataDirectory& from) const {
  auto it = by_id_.find(from.set_id);
  if (it == by_id_.end())
    return fail(Code::kNotFound, fmt::format("{}: backup set {}", medium_.store->describe(), from.set_id),
                "is needed by a later set and is not there", "restore to a target that another set serves");
  if (std::find(std::begin(kDataKinds), std::end(kDataKinds), from.kind) == std::end(kDataKinds))
    return damaged(fmt::format("backup set {}", from.set_id), "an index names an unknown kind of data");
  return paths::LsData{sets_[it->second].id, from.ls_id, from.kind, from.turn, from.retry};
}

Result<std::string> BackupReader::index_key(const DataDirectory& from, std::string_view index) const {
  SEABED_TRY(paths::LsData data, place(from));
  return paths::ls_index(data, index);
}

Result<IndexReader> BackupReader::open_index(const DataDirectory& from, FileType type,
                                             std::string_view index) const {
  SEABED_TRY(std::string key, index_key(from, index));
  // A small index whole, in one request, where its trailer proves that it is all.
  auto whole = std::make_shared<std::string>(kSmallIndex, '\0');
  SEABED_TRY(const size_t got, medium_.store->read_at(key, 0, *whole, medium_.io()));
  if (got < whole->size()) {
    whole->resize(got);
    auto from_memory = [whole](uint64_t offset, std::span<char> buffer) -> Result<size_t> {
      const size_t n = offset < whole->size() ? std::min<size_t>(buffer.size(), whole->size() - offset) : 0;
      if (n != 0) std::memcpy(buffer.data(), whole->data() + offset, n);
      return n;
    };
    if (auto reader = IndexReader::open(type, got, from_memory, medium_.name(key))) return reader;
  }
  SEABED_TRY(ObjectStat stat, medium_.store->stat(key, medium_.io()));
  auto read = [medium = medium_, key](uint64_t offset, std::span<char> buffer) {
    return medium.store->read_at(key, offset, buffer, medium.io());
  };
  return IndexReader::open(type, stat.size, read, medium_.name(key));
}

Status BackupReader::each_file(const DataDirectory& from,
                               const std::function<Status(const meta::FileMeta&)>& visit) const {
  SEABED_TRY(IndexReader reader, open_index(from, FileType::kMetaIndex, "meta_index"));
  meta::FileMeta entry;
  for (;;) {
    SEABED_TRY(bool more, reader.next(&entry));
    if (!more) return ok();
    SEABED_CHECK(check_holder(from, entry));
    SEABED_CHECK(visit(entry));
  }
}

Result<IndexReader> BackupReader::open_ranges(const DataDirectory& from) const {
  return open_index(from, FileType::kMacroRangeIndex, "macro_range_index");
}

Status BackupReader::each_block(const DataDirectory& from,
                                const std::function<Status(const meta::MacroRange&)>& visit) const {
  SEABED_TRY(IndexReader reader, open_ranges(from));
  meta::MacroRange entry;
  for (;;) {
    SEABED_TRY(bool more, reader.next(&entry));
    if (!more) return ok();
    SEABED_CHECK(visit(entry));
  }
}

Result<std::string> BackupReader::data_key(const meta::PhysicalId& at) const {
  SEABED_TRY(paths::LsData data, place({at.backup_set_id(), at.ls_id(), at.kind(), at.turn(), at.retry()}));
  return paths::macro_block_data(data, at.file_id());
}

Status BackupReader::read_block(const meta::MacroRange& range, std::span<char> block) const {
  const meta::PhysicalId& at = range.at();
  SEABED_TRY(std::string key, data_key(at));
  const std::string where = fmt::format("{} at {}", medium_.name(key), at.offset());
  SEABED_CHECK(check_form(range));
  if (range.flags() != 0) {
    SEABED_TRY(const size_t sound, read_stored_pages(range, 0, block, key));
    if (sound == (block.size() + kPageSize - 1) / kPageSize) return ok();
    return damaged(where, fmt::format("page {} of the block does not hold", sound));
  }
  if (at.length() != block.size() || at.length() > kMacroblockSize || at.offset() < kFileHeaderSize)
    return damaged(where, fmt::format("the index names a block of {} bytes", at.length()));
  SEABED_TRY(size_t got, medium_.store->read_at(key, at.offset(), block, medium_.io()));
  if (got != block.size())
    return damaged(where, fmt::format("ends after {} bytes of a block of {}", got, block.size()));
  if (view(hash128({block.data(), block.size()})) != range.hash128())
    return damaged(where, "checksum of the block does not hold");
  return ok();
}

Result<size_t> BackupReader::read_pages(const meta::MacroRange& range, uint32_t first,
                                        std::span<char> pages) const {
  const meta::PhysicalId& at = range.at();
  SEABED_TRY(std::string key, data_key(at));
  SEABED_CHECK(check_form(range));
  if (range.flags() != 0) return read_stored_pages(range, first, pages, key);
  const uint64_t begin = uint64_t{first} * kPageSize;
  const std::string where = fmt::format("{} at {}", medium_.name(key), at.offset() + begin);
  const size_t count = (at.length() + kPageSize - 1) / kPageSize;
  if (at.length() > kMacroblockSize || at.offset() < kFileHeaderSize || pages.empty() ||
      begin + pages.size() > at.length() || range.page_hashes().size() != count * kPageHashSize)
    return damaged(where, fmt::format("the index names a block of {} bytes that cannot be", at.length()));
  SEABED_TRY(size_t got, medium_.store->read_at(key, at.offset() + begin, pages, medium_.io()));
  size_t sound = 0;
  const std::string_view hashes = range.page_hashes();
  for (size_t from = 0; from < pages.size(); from += kPageSize, ++sound) {
    const size_t length = std::min<size_t>(kPageSize, pages.size() - from);
    if (from + length > got ||
        page_hash({pages.data() + from, length}) != hashes.substr((first + sound) * kPageHashSize, kPageHashSize))
      break;
  }
  if (sound != 0) return sound;
  if (got < std::min<size_t>(kPageSize, pages.size()))
    return damaged(where, fmt::format("ends after {} bytes of a page", got));
  return damaged(where, "checksum of the page does not hold");
}

}  // namespace seabed
