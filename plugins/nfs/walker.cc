#include "walker.h"

#include <algorithm>

namespace seabed_nfs {

namespace {

/// The server or another client keeps a removed but open file under such a name.
bool hidden(const std::string& path, const std::string& name) {
  return (path.empty() && name == kTempDir) || name.starts_with(".nfs");
}
}  // namespace

int32_t Walker::open(Call& call, Directories& directories) {
  // Begin in the directory that the prefix names: what lies beside it cannot match.
  const size_t slash = prefix_.rfind('/');
  const std::string start = slash == std::string::npos ? "" : prefix_.substr(0, slash);
  seabed_error unused{};
  unused.struct_size = sizeof unused;
  Error quiet(&unused);
  if (!start.empty() && check_key(start, quiet) != SEABED_OK) return SEABED_OK;  // no key looks like that
  return push(call, directories, start.empty() ? "" : start + "/");
}

/// Could `key` (or, when it ends with '/', anything below it) belong to the answer?
bool Walker::wanted(const std::string& key) const {
  const size_t common = std::min(key.size(), prefix_.size());
  const bool directory = key.back() == '/';
  if (key.compare(0, common, prefix_, 0, common) != 0) return false;
  if (!directory && key.size() < prefix_.size()) return false;
  if (after_.empty()) return true;
  // A directory is of use when its last possible key is behind `after_`: not lower, or a prefix of it.
  return key > after_ || (directory && after_.compare(0, key.size(), key) == 0);
}

int32_t Walker::push(Call& call, Directories& directories, const std::string& path) {
  Handle dir;
  const std::string name = path.empty() ? "" : path.substr(0, path.size() - 1);
  const int32_t opened = directories.open(call, name, false, &dir);
  if (opened == SEABED_NOT_FOUND || opened == SEABED_INVALID_ARGUMENT)
    return SEABED_OK;  // vanished, or never was
  if (opened != SEABED_OK) return opened;
  Attributes before;
  const Status status = get_attributes(call, dir, &before);
  if (status == NFS3ERR_NOENT) return SEABED_OK;
  if (status != NFS3_OK) return fail_status(call, status, "its directory cannot be read");
  std::vector<DirEntry> all;
  if (const int32_t code = read_dir(call, dir, &all)) return code == SEABED_NOT_FOUND ? SEABED_OK : code;
  Level level{path, dir, before.modified_ns, {}};
  for (DirEntry& entry : all) {
    if (!entry.attributes.known || hidden(path, entry.name)) continue;
    if (entry.attributes.type == NF3DIR)
      entry.name += '/';
    else if (entry.attributes.type != NF3REG)
      continue;
    if (wanted(path + entry.name)) level.entries.push_back(std::move(entry));
  }
  std::sort(level.entries.begin(), level.entries.end(),
            [](const auto& a, const auto& b) { return a.name > b.name; });
  levels_.push_back(std::move(level));
  return SEABED_OK;
}

bool Walker::fresh(Call& call) const {
  for (const Level& level : levels_) {
    Attributes now;
    if (get_attributes(call, level.dir, &now) != NFS3_OK || now.modified_ns != level.modified_ns)
      return false;
  }
  return true;
}

bool Walker::next(Call& call, Directories& directories, Entry* out, int32_t* code) {
  *code = SEABED_OK;
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.entries.empty()) {
      levels_.pop_back();
      continue;
    }
    if ((*code = call.context.check(call.error)) != SEABED_OK) return false;
    const DirEntry& entry = level.entries.back();
    if (entry.name.back() == '/') {
      const std::string path = level.path + entry.name;
      const size_t depth = levels_.size();
      if ((*code = push(call, directories, path)) != SEABED_OK) return false;
      levels_[depth - 1].entries.pop_back();
      continue;
    }
    *out = {level.path + entry.name, entry.attributes.size, entry.attributes.modified_ns};
    level.entries.pop_back();
    return true;
  }
  return false;
}

}  // namespace seabed_nfs
