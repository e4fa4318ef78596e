// The streams of the restore set: names, adapters, files.

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/engine/restore/plan.h"
#include "core/flow/macroblock.h"
#include "core/flow/side_by_side.h"

namespace seabed::restore {
namespace {

tl::unexpected<Error> damaged(const std::string& object, std::string reason) {
  return fail(Code::kCorruption, object, std::move(reason), "run seabed verify on the data destination");
}

Status check_file(const DataDirectory& from, const meta::FileMeta& f, std::set<std::string>* names) {
  const std::string object =
      fmt::format("backup set {}, log stream {}, {} files", from.set_id, from.ls_id, from.kind);
  if (!is_safe_component(f.name())) return damaged(object, "an index names a file that is no plain name");
  if (!names->insert(f.name()).second) return damaged(object, "the index names " + f.name() + " twice");
  if (f.size() > (1ull << 62) || f.block_count() != block_count(f.size()))
    return damaged(object,
                   fmt::format("{} of {} bytes can not have {} blocks", f.name(), f.size(), f.block_count()));
  return ok();
}

/// The index of one kind of files, as it is on the medium.
struct Index {
  DataDirectory from;
  std::vector<meta::FileMeta> files;
};

/// By stream: the indexes of all its kinds, all read at the same time.
Result<std::map<uint64_t, std::vector<Index>>> read_indexes(const BackupReader& reader, const BaseMedia& base) {
  std::map<uint64_t, std::vector<Index>> out;
  for (const meta::LsMetaInfo& ls : base.streams.ls())
    for (const char* kind : kDataKinds)
      if (auto from = BackupReader::directory(*base.set, ls.ls_id(), kind)) out[ls.ls_id()].push_back({*from, {}});
  std::vector<std::function<Status()>> reads;
  for (auto& [ls, indexes] : out)
    for (Index& index : indexes)
      reads.push_back([&reader, &index] {
        return reader.each_file(index.from, [&](const meta::FileMeta& f) {
          index.files.push_back(f);
          return ok();
        });
      });
  SEABED_CHECK(side_by_side(reads));
  return out;
}

Status take_files(std::vector<Index> indexes, StreamPlan* stream) {
  std::set<std::string> names;
  for (Index& index : indexes)
    for (meta::FileMeta& f : index.files) {
      SEABED_CHECK(check_file(index.from, f, &names));
      stream->files.emplace_back(index.from, std::move(f));
    }
  return ok();
}

/// As at the source where that is a safe and new name, else by the stream's number.
std::string directory_name(const meta::LsMetaInfo& ls, std::set<std::string>* taken) {
  std::string name = ls.directory();
  if (!is_safe_component(name) || taken->count(name) != 0) name = fmt::format("logstream_{}", ls.ls_id());
  taken->insert(name);
  return name;
}

}  // namespace

bool is_safe_component(std::string_view name) {
  if (name.empty() || name.size() > 200 || name == "." || name == "..") return false;
  if (name.starts_with("seabed_") || name.starts_with("seabed.") || name.ends_with(".seabed-standby"))
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && c != '/' && c != '\\';
  });
}

Status plan_streams(EngineContext& context, const Media& media, bool own_library, Plan* plan) {
  const BaseMedia& base = media.base_media[plan->base];
  const BackupReader& reader = *media.data[media.bases[plan->base].source];
  SEABED_TRY(auto indexes, read_indexes(reader, base));
  std::set<std::string> taken;
  for (const meta::LsMetaInfo& ls : base.streams.ls()) {
    StreamPlan stream;
    stream.meta = ls;
    SEABED_CHECK(take_files(std::move(indexes[ls.ls_id()]), &stream));
    for (const auto& [from, file] : stream.files) plan->summary.data_bytes += file.size();
    if (ls.ls_id() == 1) {
      plan->dictionary = std::move(stream);
      continue;
    }
    SEABED_TRY(stream.adapter, adapter_of(context, ls.engine()));
    if (!own_library) SEABED_CHECK(stream.adapter->check_version(ls.recovery()));
    stream.name = directory_name(ls, &taken);
    plan->streams.push_back(std::move(stream));
  }
  if (plan->streams.empty())
    return damaged(fmt::format("backup set {}", base.set->id.id), "it has no log stream");
  return ok();
}

}  // namespace seabed::restore
