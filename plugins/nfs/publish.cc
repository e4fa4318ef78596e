#include "publish.h"

#include "read_dir.h"
#include "upload_dir.h"

namespace seabed_nfs {

namespace {
constexpr int kRaces = 100;
constexpr uint64_t kDay = 24ull * 3600 * 1'000'000'000;

/// A directory of that name makes a conditional publication fail in other words than an object.
int32_t exists_already(Call& call, const Handle& dir, const std::string& base, const Handle& file) {
  Found there;
  Attributes ours;
  const bool known =
      lookup(call, dir, base, &there) == NFS3_OK && get_attributes(call, file, &ours) == NFS3_OK;
  if (known && there.attributes.type == NF3DIR) return fail_status(call, NFS3ERR_ISDIR, "cannot be made");
  if (known && there.attributes.file_id == ours.file_id)
    return SEABED_OK;  // linked by an earlier try of ours
  return fail_status(call, NFS3ERR_EXIST, "cannot be published");
}
}  // namespace

void Leftovers::add(std::string name) {
  std::lock_guard lock(mutex_);
  names_.push_back(std::move(name));
}

void Leftovers::remove(Call& call, const Handle& temp_dir) {
  std::vector<std::string> names;
  {
    std::lock_guard lock(mutex_);
    names.swap(names_);
  }
  seabed_error unused{};
  unused.struct_size = sizeof unused;
  Error quiet(&unused);
  Call aside{call.connection, call.context, quiet};
  for (std::string& name : names)
    if (remove_file(aside, temp_dir, name) == kLost) add(std::move(name));
}

TempFile::~TempFile() {
  if (name_.empty()) return;
  seabed_error unused{};  // the caller's error must stay
  unused.struct_size = sizeof unused;
  Error quiet(&unused);
  Call last{call_.connection, call_.context, quiet};
  if (remove_file(last, dir_, name_) == kLost) leftovers_.add(std::move(name_));
}

int32_t TempFile::create(const Handle& dir) {
  dir_ = dir;
  const std::string name = unique_name("t-");
  if (const Status status = seabed_nfs::create(call_, dir, name, &found_); status != NFS3_OK)
    return fail_write(call_, status, "a temporary file cannot be made", dir, 0);
  name_ = name;
  return SEABED_OK;
}

int32_t publish(Call& call, Directories& directories, const Unpublished& from, const std::string& key,
                bool if_absent) {
  const SplitKey to = split(key);
  for (int race = 0; race < kRaces; ++race) {
    Handle dir;
    if (const int32_t code = directories.open(call, to.dir, true, &dir)) return code;
    const Status status =
        if_absent ? link(call, from.file, dir, to.base) : rename(call, from.dir, from.name, dir, to.base);
    if (status == NFS3_OK) return SEABED_OK;
    if (status == NFS3ERR_EXIST && if_absent) return exists_already(call, dir, to.base, from.file);
    if (status == kLost) call.error.outcome_unknown();
    if (status == NFS3ERR_EXIST || status == NFS3ERR_NOTEMPTY)
      return fail_status(call, NFS3ERR_ISDIR, "cannot be made");
    const bool pruned =
        status == NFS3ERR_NOENT || status == NFS3ERR_STALE;  // a deletion took the directory meanwhile
    if (!pruned) return fail_write(call, status, "cannot be published", dir, 0);
    directories.forget();
  }
  return call.error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                         "its directory is being removed again and again");
}

void sweep(Call& call, Directories& directories, const Handle& temp_dir, uint64_t server_now_ns) {
  seabed_error unused{};
  unused.struct_size = sizeof unused;
  Error quiet(&unused);
  Call aside{call.connection, call.context, quiet};
  std::vector<DirEntry> entries;
  if (read_dir(aside, temp_dir, &entries) != SEABED_OK) return;
  for (const DirEntry& entry : entries) {
    if (entry.attributes.modified_ns + kDay >= server_now_ns) continue;
    if (entry.name.starts_with("t-")) remove_file(aside, temp_dir, entry.name);
    if (entry.name.starts_with("n-")) remove_if_dead(aside, directories, entry.name);
  }
}

}  // namespace seabed_nfs
