#include <chrono>
#include <functional>

#include "nfs_store.h"
#include "transfer.h"

namespace seabed_nfs {

struct AppendFile {
  Handle dir;
  Found found;
  std::string base;
  bool made = false;
};

namespace {
/// Held against other appends of this process. Between processes a position is checked, not locked: NFSv3 has
/// no locks here, and the log's files have one writer by their epoch.
int32_t lock_append(std::unique_lock<std::timed_mutex>& lock, const Context& context, Error& error) {
  while (!lock.try_lock_for(std::chrono::milliseconds(50)))
    if (const int32_t code = context.check(error)) return code;
  return SEABED_OK;
}

/// Puts the length back, so that the failure is a clean "not done"; else the outcome is unknown.
int32_t take_back(Call& call, const AppendFile& at, uint64_t length, int32_t code) {
  seabed_error unused{};
  unused.struct_size = sizeof unused;
  Error quiet(&unused);
  Call undo{call.connection, call.context, quiet};
  const Status status =
      at.made ? remove_file(undo, at.dir, at.base) : set_size(undo, at.found.handle, length);
  if (status != NFS3_OK) call.error.outcome_unknown();
  return code;
}
}  // namespace

int32_t NfsStore::open_append(Call& call, const std::string& key, bool make, AppendFile* out) {
  const SplitKey name = split(key);
  out->base = name.base;
  while (true) {
    if (const int32_t code = call.context.check(call.error)) return code;
    if (const int32_t code = directories_.open(call, name.dir, make, &out->dir)) return code;
    Status status = lookup(call, out->dir, name.base, &out->found);
    if (status == NFS3ERR_NOENT && make) {
      status = create(call, out->dir, name.base, &out->found);
      out->made = status == NFS3_OK;
      if (status == kLost) call.error.outcome_unknown();
      if (status == NFS3ERR_EXIST ||
          status == NFS3ERR_NOENT) {  // made by another, or the directory was pruned
        directories_.forget();
        continue;
      }
      if (status != NFS3_OK) return fail_write(call, status, "cannot be made", out->dir, 0);
    }
    if (status != NFS3_OK) return fail_status(call, status, "cannot be opened");
    if (out->found.attributes.type == NF3DIR)
      return fail_status(call, NFS3ERR_ISDIR, "cannot be appended to");
    if (out->found.attributes.type != NF3REG) return call.error.fail(SEABED_CONFLICT, "is no regular file");
    return SEABED_OK;
  }
}

int32_t NfsStore::append(const char* key, uint64_t position, Buffers bytes, const Context& context,
                         uint64_t* length, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  std::unique_lock lock(append_mutexes_[std::hash<std::string_view>()(key) % std::size(append_mutexes_)],
                        std::defer_lock);
  if (const int32_t code = lock_append(lock, context, error)) return code;
  return operate(context, error, [&](Call& call) {
    AppendFile at;
    if (const int32_t code = open_append(call, key, position == 0, &at)) return code;
    *length = at.found.attributes.size;
    if (*length != position)
      return error.fail(SEABED_CONFLICT, "has %llu bytes, an append at %llu was asked for",
                        static_cast<unsigned long long>(*length), static_cast<unsigned long long>(position));
    const bool one_write = total_size(bytes) <= call.connection.write_size();
    Written written;
    int32_t code = write_at(call, at.found.handle, position, bytes, one_write, &written);
    if (code == SEABED_OK) code = settle(call, at.found.handle, written);
    if (code != SEABED_OK) return take_back(call, at, position, code);
    *length = position + total_size(bytes);
    return code;
  });
}

}  // namespace seabed_nfs
