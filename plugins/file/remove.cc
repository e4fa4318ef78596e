#include <fcntl.h>

#include <cerrno>

#include "file_store.h"

namespace seabed_file {

namespace {
struct OneError {
  seabed_error raw{};
  OneError() { raw.struct_size = sizeof raw; }
};

/// A directory is no object: a key that names one is as good as missing.
int32_t unlink_object(int dir, const std::string& base, Error& error) {
  if (unlinkat(dir, base.c_str(), 0) == 0 || errno == ENOENT || errno == EISDIR) return SEABED_OK;
  return fail_errno(error, "cannot be removed", errno);
}

/// Removes `path` and its parents as far as they are empty, and syncs the first that stays.
int32_t settle(int root, std::string path, Error& error) {
  while (true) {
    const SplitKey at = split(path);
    Fd dir = open_beneath(root, path, O_RDONLY | O_DIRECTORY);
    if (!dir && errno != ENOENT) return fail_errno(error, "its directory cannot be opened", errno);
    if (dir && !path.empty()) {
      const Fd parent = open_beneath(root, at.dir, O_RDONLY | O_DIRECTORY);
      if (parent && unlinkat(parent.get(), at.base.c_str(), AT_REMOVEDIR) == 0) dir.reset();
    }
    if (dir)
      return fsync(dir.get()) == 0 ? int32_t{SEABED_OK}
                                   : fail_errno(error, "its directory cannot be synced", errno);
    if (path.empty()) return SEABED_OK;
    path = at.dir;
  }
}

using Results = std::vector<OneError>;

/// Unlinks every key; the directories that must be settled, with the keys that depend on them.
std::map<std::string, std::vector<uint32_t>> unlink_all(int root, std::span<const char* const> keys,
                                                        const Context& context, Results* results) {
  std::map<std::string, std::vector<uint32_t>> touched;
  for (uint32_t i = 0; i < keys.size(); ++i) {
    Error error(&(*results)[i].raw);
    if (check_key(keys[i], error) != SEABED_OK || context.check(error) != SEABED_OK) continue;
    const SplitKey name = split(keys[i]);
    const Fd dir = open_beneath(root, name.dir, O_RDONLY | O_DIRECTORY);
    if (!dir && errno != ENOENT && errno != ENOTDIR)
      fail_errno(error, "its directory cannot be opened", errno);
    if (dir && unlink_object(dir.get(), name.base, error) == SEABED_OK) touched[name.dir].push_back(i);
  }
  return touched;
}
}  // namespace

int32_t FileStore::remove(const RemoveCall& call, const Context& context, Error& error) {
  Results results(call.keys.size());
  Fd root;
  const int32_t opened = root_.open(false, &root, error);
  if (opened != SEABED_OK && opened != SEABED_NOT_FOUND) return opened;
  if (opened == SEABED_OK) {
    for (const auto& [dir, keys] : unlink_all(root.get(), call.keys, context, &results)) {
      OneError failure;
      Error settled(&failure.raw);
      if (settle(root.get(), dir, settled) != SEABED_OK)
        for (const uint32_t i : keys) results[i] = failure;
    }
  }
  for (uint32_t i = 0; i < results.size(); ++i) call.failed(i, results[i].raw);  // code 0: gone
  return SEABED_OK;
}

}  // namespace seabed_file
