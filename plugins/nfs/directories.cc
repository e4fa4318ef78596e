#include "directories.h"

#include <algorithm>

namespace seabed_nfs {

namespace {
constexpr auto kRemembered = std::chrono::seconds(5);
constexpr size_t kMostKnown = 4096;
constexpr int kRaces = 100;  // with deletions that prune what we just made
}  // namespace

bool Directories::recall(const std::string& path, Handle* out) {
  std::lock_guard lock(mutex_);
  const auto known = known_.find(path);
  if (known == known_.end() || known->second.until < Clock::now()) return false;
  *out = known->second.handle;
  return true;
}

void Directories::remember(const std::string& path, const Handle& handle) {
  std::lock_guard lock(mutex_);
  if (known_.size() >= kMostKnown) known_.clear();
  known_[path] = {handle, Clock::now() + kRemembered};
}

void Directories::forget() {
  std::lock_guard lock(mutex_);
  known_.clear();
}

/// One component. MKDIR is durable when the server answers.
int32_t Directories::enter(Call& call, const Handle& at, const std::string& name, bool make, Handle* out) {
  for (int race = 0; race < kRaces; ++race) {
    Found found;
    const Status status = lookup(call, at, name, &found);
    if (status == NFS3_OK) {
      if (found.attributes.type == NF3LNK)
        return call.error.fail(SEABED_PERMISSION_DENIED, "the path leads through a symbolic link");
      if (found.attributes.type != NF3DIR)
        return make ? fail_status(call, NFS3ERR_NOTDIR, "its directory cannot be made")
                    : fail_status(call, NFS3ERR_NOENT, "cannot be opened");
      *out = found.handle;
      return SEABED_OK;
    }
    if (status != NFS3ERR_NOENT || !make) return fail_status(call, status, "its directory cannot be opened");
    const Status made = make_dir(call, at, name);
    if (made != NFS3_OK && made != NFS3ERR_EXIST)
      return fail_write(call, made, "its directory cannot be made", at, 0);
  }
  return call.error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                         "its directory is being removed again and again");
}

int32_t Directories::open(Call& call, const std::string& dir, bool make, Handle* out) {
  const std::string path = (root_ == "/" ? "" : root_) + (dir.empty() ? "" : "/" + dir);
  if (recall(path, out)) return SEABED_OK;
  // From the nearest directory that is remembered, at the latest from the mounted one.
  size_t known = path.size();
  const size_t top = call.connection.mounted().size();
  while (known > top) {
    known = path.rfind('/', known - 1);
    if (known == std::string::npos || known <= top) break;
    if (recall(path.substr(0, known), out)) break;
  }
  if (known == std::string::npos || known <= top) {
    known = top;
    *out = call.connection.root();
  }
  while (known < path.size()) {
    const size_t end = std::min(path.find('/', known + 1), path.size());
    const std::string name = path.substr(known + 1, end - known - 1);
    Handle next = *out;
    if (!name.empty())
      if (const int32_t code = enter(call, *out, name, make, &next)) return code;
    *out = next;
    known = end;
    remember(path.substr(0, known), *out);
  }
  return SEABED_OK;
}

int32_t Directories::open_object(Call& call, const std::string& key, Found* out) {
  const SplitKey name = split(key);
  Handle dir;
  if (const int32_t code = open(call, name.dir, false, &dir)) return code;
  const Status status = lookup(call, dir, name.base, out);
  if (status != NFS3_OK) return fail_status(call, status, "cannot be opened");
  if (out->attributes.type != NF3REG) return call.error.fail(SEABED_NOT_FOUND, "is no object");
  return SEABED_OK;
}

}  // namespace seabed_nfs
