#include "core/engine/quick/quick_tenant.h"

#include "core/storage/destination.h"

namespace seabed::quick {
namespace {

Result<restore::RestoreState> finished_state(const std::string& directory) {
  SEABED_TRY(auto state, restore::read_state(directory));
  if (!state)
    return fail(Code::kNotFound, directory, "holds no restored tenant", "restore into it with --method quick");
  if (!state->remote)
    return fail(Code::kConflict, directory, "is a full restore: all of its files are here",
                "activate it and open it as a database");
  if (state->state != restore::State::kSuccess)
    return fail(Code::kConflict, directory, "its quick restore is not complete: " + state->comment,
                "restore again with the same target: it goes on where it stopped");
  return *state;
}

/// The names of the sets that the restore chose, as the tree has them.
Status has_sets(const BackupReader& reader, const restore::RestoreState& state) {
  for (const std::string& name : state.sets) {
    bool found = false;
    for (const SetFacts& set : reader.sets())
      found |= set.usable() && paths::set_dir(set.id) == name + "/";
    if (!found)
      return fail(Code::kNotFound, reader.medium().name(name),
                  "is read by this quick tenant and is not there, or not usable",
                  "bring the backup set back, or restore from another one");
  }
  return ok();
}

Result<std::shared_ptr<const BackupReader>> open_reader(EngineContext& context, const restore::RestoreState& state,
                                                        const std::vector<std::string>& uris) {
  std::vector<std::string> given = uris;
  if (given.empty()) given.push_back(state.data_destination);
  for (const std::string& text : given) {
    SEABED_TRY(Uri uri, parse_uri(text));
    SEABED_TRY(auto store, context.storage->open(uri));
    if (store->describe() != state.data_destination) continue;
    SEABED_TRY(BackupReader reader,
               BackupReader::open(Medium{std::move(store), nullptr, context.limits.request_deadline}));
    SEABED_CHECK(reader.load());
    SEABED_CHECK(has_sets(reader, state));
    return std::make_shared<const BackupReader>(std::move(reader));
  }
  return fail(Code::kInvalidArgument, state.data_destination,
              "is the destination that this quick tenant reads, and was not given", "give it");
}

}  // namespace

Result<QuickTenant> open_quick_tenant(EngineContext& context, const std::string& directory,
                                      const std::vector<std::string>& uris, PageReaderOptions options) {
  QuickTenant tenant;
  SEABED_TRY(tenant.state, finished_state(directory));
  SEABED_TRY(auto reader, open_reader(context, tenant.state, uris));
  const size_t count = std::max<size_t>(1, tenant.state.streams.size());
  options.memory_bytes /= count;
  options.disk_bytes /= count;
  for (const restore::StreamResult& s : tenant.state.streams) {
    if (!restore::is_safe_component(s.name))
      return fail(Code::kCorruption, directory + "/" + restore::kTenantFile,
                  "names a directory that is no plain name");
    const std::string path = index_path(directory, s.name);
    SEABED_TRY(PageIndex index, read_page_index(path));
    PageReaderOptions own = options;
    if (own.cache_path.empty() && own.disk_bytes != 0) own.cache_path = path + ".cache";
    tenant.streams.push_back({s.outcome.ls_id, s.name, staged_path(directory + "/" + s.name),
                              std::make_shared<PageReader>(reader, std::move(index), own)});
  }
  return tenant;
}

}  // namespace seabed::quick
