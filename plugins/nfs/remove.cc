#include <utility>
#include <vector>

#include "nfs_store.h"

namespace seabed_nfs {

namespace {
struct OneError {
  seabed_error raw{};
  OneError() { raw.struct_size = sizeof raw; }
};

/// A directory is no object: a key that names one is as good as missing.
int32_t remove_object(Call& call, const Handle& dir, const std::string& base) {
  const Status status = remove_file(call, dir, base);
  if (status == NFS3_OK || status == NFS3ERR_NOENT || status == NFS3ERR_ISDIR) return SEABED_OK;
  if (status == kLost) {
    call.error.outcome_unknown();
    return call.code;
  }
  Found there;
  const bool is_dir = lookup(call, dir, base, &there) == NFS3_OK && there.attributes.type == NF3DIR;
  return is_dir ? int32_t{SEABED_OK} : fail_status(call, status, "cannot be removed");
}

int32_t remove_key(Call& call, Directories& directories, const char* key) {
  if (const int32_t code = check_key(key, call.error)) return code;
  if (const int32_t code = call.context.check(call.error)) return code;
  if (!call.connection.rpc().alive())
    return call.error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                           "the connection was lost before its turn");
  const SplitKey name = split(key);
  Handle dir;
  const int32_t code = directories.open(call, name.dir, false, &dir);
  if (code == SEABED_OK) return remove_object(call, dir, name.base);
  if (code != SEABED_NOT_FOUND) return code;
  call.error.fail(SEABED_OK, "is not there");
  return SEABED_OK;
}

/// Removes `path` and its parents as far as they are empty. What others put there meanwhile makes it fail, as
/// it should.
void prune(Call& from, Directories& directories, std::string path) {
  seabed_error unused{};
  unused.struct_size = sizeof unused;
  Error quiet(&unused);
  Call call{from.connection, from.context, quiet};
  bool removed = false;
  while (!path.empty()) {
    const SplitKey at = split(path);
    Handle parent;
    if (directories.open(call, at.dir, false, &parent) != SEABED_OK) break;
    const Status status = remove_dir(call, parent, at.base);
    if (status != NFS3_OK && status != NFS3ERR_NOENT) break;
    removed = true;
    path = at.dir;
  }
  if (removed) directories.forget();
}
}  // namespace

int32_t NfsStore::remove(const RemoveCall& call, const Context& context, Error& error) {
  std::vector<OneError> results(call.keys.size());
  std::map<std::string, bool> touched;
  bool again = false;
  const int32_t code = operate(context, error, [&](Call& nfs) -> int32_t {
    for (uint32_t i = 0; i < results.size(); ++i) {
      results[i] = OneError();
      Error one(&results[i].raw);
      Call step{nfs.connection, context, one};
      const SplitKey name = split(call.keys[i]);
      if (remove_key(step, directories_, call.keys[i]) == SEABED_OK) touched[name.dir] = true;
      nfs.stale |= step.stale;
    }
    if (nfs.stale && !std::exchange(again, true)) return SEABED_UNAVAILABLE;  // see operate: once more
    for (auto dir = touched.rbegin(); dir != touched.rend(); ++dir) prune(nfs, directories_, dir->first);
    return SEABED_OK;
  });
  if (code != SEABED_OK) return code;
  for (uint32_t i = 0; i < results.size(); ++i) call.failed(i, results[i].raw);  // code 0: gone
  return SEABED_OK;
}

}  // namespace seabed_nfs
