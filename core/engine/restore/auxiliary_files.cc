// Files beside the databases (MyRocks' .frm): put there and taken away by name.

#include <unistd.h>

#include <filesystem>

#include "core/engine/restore/dictionary_journal.h"
#include "core/engine/restore/restore_run.h"

namespace seabed::restore {
namespace {

namespace fs = std::filesystem;

/// Names come from the medium: nothing outside the directory is touched, nothing through a link.
bool stays_inside(const std::string& directory, const fs::path& file) {
  if (file.empty() || file.is_absolute()) return false;
  for (const fs::path& part : file)
    if (part == "..") return false;
  std::error_code ec;
  const fs::path real = fs::canonical(directory, ec);
  return !ec && fs::weakly_canonical((directory / file).parent_path(), ec) == (real / file).parent_path();
}

TenantConfig tenant_config(const RestoreState& state, const std::string& directory) {
  TenantConfig tenant;
  tenant.name = state.tenant;
  tenant.mode = state.mode == "oracle" ? TenantMode::kOracle : TenantMode::kMysql;
  tenant.time_zone = state.time_zone;
  tenant.data_directory = directory;
  for (const StreamResult& s : state.streams) {
    LogStreamConfig stream;
    stream.ls_id = s.outcome.ls_id;
    stream.engine = s.engine;
    stream.stream.directory = directory + "/" + s.name;
    tenant.streams.push_back(std::move(stream));
  }
  return tenant;
}

}  // namespace

Result<bool> put_auxiliary(EngineContext& context, const RestoreState& state, const std::string& directory,
                           const std::map<std::string, std::string>& files) {
  if (files.empty()) return true;
  const auto source =
      context.open_tenant_source ? context.open_tenant_source(tenant_config(state, directory)) : nullptr;
  if (!source) return false;
  SEABED_CHECK(source->restore_files(files, directory));
  return true;
}

Status finish_auxiliary(EngineContext& context, const std::string& directory, RestoreState* state) {
  SEABED_TRY(const KeptDictionary kept, read_dictionary_journal(directory, state->target));
  std::vector<std::string> gone;
  for (const std::string& path : state->auxiliary)
    if (!kept.state.files.contains(path)) gone.push_back(path);
  RestoreState next = *state;
  next.auxiliary.clear();
  for (const auto& [path, content] : kept.state.files) next.auxiliary.push_back(path);
  next.dictionary_scn = next.target;
  next.auxiliary_behind = false;
  SEABED_CHECK(remove_auxiliary(directory, gone));
  SEABED_CHECK(put_auxiliary(context, next, directory, kept.state.files));
  SEABED_CHECK(write_state(directory, next));
  *state = std::move(next);
  return ok();
}

Status remove_auxiliary(const std::string& directory, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    if (!stays_inside(directory, file)) continue;
    const fs::path path = fs::path(directory) / file;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
      return fail_errno(path.string(), "cannot be removed", errno);
    // Databases' directories that are empty by now.
    for (fs::path up = path.parent_path(); up != fs::path(directory) && ::rmdir(up.c_str()) == 0;
         up = up.parent_path()) {
    }
  }
  return ok();
}

}  // namespace seabed::restore
