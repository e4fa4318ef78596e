// The indexes of a set against each other and against the sizes of the data files, here and in older sets.

#include <spdlog/fmt/fmt.h>

#include <map>
#include <set>

#include "core/engine/restore/verify_report.h"
#include "core/flow/macroblock.h"
#include "core/format/stored_page.h"

namespace seabed::restore {
namespace {

using Key = std::pair<uint64_t, uint64_t>;  // tablet, logical id
struct Wanted {
  std::string name;
  uint64_t size = 0;
  uint32_t seen = 0;
};
using Holders = std::map<DataDirectory, std::map<Key, Wanted>>;

Status collect(const BackupReader& reader, const SetFacts& set, Holders* holders) {
  for (const meta::LsTurn& ls : set.descriptor.ls())
    for (const char* kind : kDataKinds) {
      auto from = BackupReader::directory(set, ls.ls_id(), kind);
      if (!from) continue;
      SEABED_CHECK(reader.each_file(*from, [&](const meta::FileMeta& f) -> Status {
        (*holders)[BackupReader::holder(*from, f)][{f.tablet_id(), f.logical_id()}] = {f.name(), f.size(), 0};
        return ok();
      }));
    }
  return ok();
}

/// The size of a data file, asked for once.
class DataSizes {
 public:
  explicit DataSizes(const BackupReader& reader) : reader_(reader) {}
  Result<uint64_t> of(const meta::PhysicalId& at) {
    SEABED_TRY(std::string key, reader_.data_key(at));
    auto it = sizes_.find(key);
    if (it != sizes_.end()) return it->second;
    auto stat = reader_.medium().store->stat(key, reader_.medium().io());
    if (!stat && stat.error().code == Code::kNotFound)
      return fail(Code::kNotFound, reader_.medium().name(key), "is missing");
    if (!stat) return fail(stat.error());
    return sizes_[key] = stat->size;
  }

 private:
  const BackupReader& reader_;
  std::map<std::string, uint64_t> sizes_;
};

Status check_holder(const BackupReader& reader, const DataDirectory& from, std::map<Key, Wanted>& files,
                    Findings* findings) {
  DataSizes sizes(reader);
  SEABED_TRY(std::string index, reader.index_key(from, "macro_range_index"));
  const std::string name = reader.medium().name(index);
  SEABED_CHECK(reader.each_block(from, [&](const meta::MacroRange& r) -> Status {
    auto it = files.find({r.tablet_id(), r.logical_id()});
    if (it == files.end()) return ok();
    Wanted& file = it->second;
    if (r.block() != file.seen || plain_length(r) != block_length(file.size, r.block()))
      findings->error(name, fmt::format("block {} of {} is not what must follow", r.block(), file.name));
    else if (auto places = page_places(r, name); !places)
      findings->error(name, fmt::format("block {} of {}: {}", r.block(), file.name, places.error().reason));
    ++file.seen;
    SEABED_TRY(uint64_t size, sizes.of(r.at()));
    if (r.at().offset() + r.at().length() > size)
      findings->error(
          name, fmt::format("block {} of {} lies behind the end of its data file", r.block(), file.name));
    return ok();
  }));
  for (const auto& [key, file] : files)
    if (file.seen != block_count(file.size))
      findings->error(
          name, fmt::format("names {} of {} blocks of {}", file.seen, block_count(file.size), file.name));
  return ok();
}

}  // namespace

Status verify_indexes(const BackupReader& reader, const SetFacts& set, Findings* findings) {
  Holders holders;
  if (auto s = collect(reader, set, &holders); !s) return findings->take(s.error());
  for (auto& [from, files] : holders)
    if (auto s = check_holder(reader, from, files, findings); !s) SEABED_CHECK(findings->take(s.error()));
  return ok();
}

}  // namespace seabed::restore
