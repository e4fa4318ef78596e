#include "core/engine/quick/quick_tenant.h"

#include <sys/file.h>

#include <thread>

#include "core/engine/keys/reading_keys.h"
#include "core/engine/quick/quick_keys.h"
#include "core/storage/destination.h"

namespace seabed::quick {
namespace {

// A standby that follows its archive holds the directory for moments only.
constexpr std::chrono::seconds kLockWait{20};

Result<restore::RestoreState> finished_state(const std::string& directory) {
  SEABED_TRY(auto state, restore::read_state(directory));
  if (!state)
    return fail(Code::kNotFound, directory, "holds no restored tenant", "restore into it, with --method quick or fully");
  if (state->activated)
    return fail(Code::kConflict, directory, "was activated: its directories are databases", "open them as such");
  if (state->state != restore::State::kSuccess)
    return fail(Code::kConflict, directory, "its restore is not complete: " + state->comment,
                "restore again with the same target: it goes on where it stopped");
  return *state;
}

/// The sets that the restore chose, by their names in the tree.
Result<std::vector<paths::SetId>> chosen_sets(const restore::RestoreState& state, const std::string& directory) {
  std::vector<paths::SetId> sets;
  for (const std::string& name : state.sets) {
    const auto set = paths::parse_set_dir(name);
    if (!set)
      return fail(Code::kCorruption, directory + "/" + restore::kTenantFile, "names a backup set that cannot be");
    sets.push_back(*set);
  }
  return sets;
}

Status has_sets(const BackupReader& reader, const std::vector<paths::SetId>& sets) {
  for (const paths::SetId& set : sets)
    if (!reader.usable_set(set.id))
      return fail(Code::kNotFound, reader.medium().name(paths::set_dir(set)),
                  "is read by this quick tenant and is not there, or not usable",
                  "bring the backup set back, or restore from another one");
  return ok();
}

Result<std::shared_ptr<const BackupReader>> open_reader(EngineContext& context, const restore::RestoreState& state,
                                                        const std::vector<std::string>& uris, const KeyAccess& keys,
                                                        const std::string& directory) {
  std::vector<std::string> given = uris;
  if (given.empty()) given.push_back(state.data_destination);
  for (const std::string& text : given) {
    SEABED_TRY(Uri uri, parse_uri(text));
    SEABED_TRY(auto store, context.storage->open(uri));
    if (store->describe() != state.data_destination) continue;
    Medium medium{std::move(store), nullptr, context.limits.request_deadline};
    SEABED_TRY(const auto ring, reading_keys(context, keys, state.cluster_id, state.backup_tenant_id, {}));
    SEABED_TRY(medium.keys, add_quick_keys(*ring, directory));
    meta::FormatInfo source;
    source.set_cluster_id(state.cluster_id);
    source.set_tenant_id(state.backup_tenant_id);
    SEABED_TRY(const auto sets, chosen_sets(state, directory));
    SEABED_TRY(BackupReader reader, BackupReader::open_sets(std::move(medium), source, sets));
    SEABED_CHECK(has_sets(reader, sets));
    return std::make_shared<const BackupReader>(std::move(reader));
  }
  return fail(Code::kInvalidArgument, state.data_destination,
              "is the destination that this quick tenant reads, and was not given", "give it");
}

/// A step of recovery that a dead process left is finished or thrown away before anybody reads.
Status settle_all(const std::string& directory) {
  SEABED_TRY(const auto state, restore::read_state(directory));
  if (!state || state->activated || state->state != restore::State::kSuccess) return ok();
  for (const restore::StreamResult& s : state->streams)
    if (restore::is_safe_component(s.name)) SEABED_CHECK(settle_staged(directory + "/" + s.name, state->target));
  return ok();
}

}  // namespace

Result<Fd> share_directory(const std::string& directory, std::chrono::milliseconds wait) {
  auto opened = open_directory(directory);
  if (!opened && opened.error().code == Code::kNotFound)
    return fail(Code::kNotFound, directory, "holds no restored tenant", "restore into it, with --method quick or fully");
  SEABED_TRY(Fd fd, std::move(opened));
  const auto end = after(wait);
  for (;;) {
    // Alone: settle. Not alone: the reader that is there did, and nobody could write since.
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) SEABED_CHECK(settle_all(directory));
    if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0) break;
    if (errno != EWOULDBLOCK && errno != EINTR) return fail_errno(directory, "cannot be locked", errno);
    if (std::chrono::steady_clock::now() > end)
      return fail(Code::kConflict, directory, "another process restores, recovers or activates here", "wait for it");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return fd;
}

Result<QuickTenant> open_quick_tenant(EngineContext& context, const std::string& directory,
                                      const std::vector<std::string>& uris, PageReaderOptions options,
                                      const KeyAccess& keys) {
  QuickTenant tenant;
  SEABED_TRY(tenant.lock, share_directory(directory, kLockWait));
  SEABED_TRY(tenant.state, finished_state(directory));
  std::shared_ptr<const BackupReader> reader;
  if (tenant.state.remote) {
    SEABED_TRY(reader, open_reader(context, tenant.state, uris, keys, directory));
    tenant.lease =
        std::make_unique<ServedLease>(context, reader->medium().store, directory, tenant.state);
  }
  const size_t count = std::max<size_t>(1, tenant.state.streams.size());
  options.memory_bytes /= count;
  options.disk_bytes /= count;
  for (const restore::StreamResult& s : tenant.state.streams) {
    if (!restore::is_safe_component(s.name))
      return fail(Code::kCorruption, directory + "/" + restore::kTenantFile,
                  "names a directory that is no plain name");
    const std::string path = index_path(directory, s.name), staged = staged_path(directory + "/" + s.name);
    PageIndex index;
    PageReaderOptions own = options;
    if (reader) {
      SEABED_TRY(index, read_page_index(path));
      if (own.cache_path.empty() && own.disk_bytes != 0) own.cache_path = path + ".cache";
      own.local_directory = staged;
    } else {
      own.cache_path.clear();
    }
    tenant.streams.push_back(
        {s.outcome.ls_id, s.name, staged, std::make_shared<PageReader>(reader, std::move(index), own)});
  }
  return tenant;
}

}  // namespace seabed::quick
