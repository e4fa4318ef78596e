#pragma once
// Unpublished files in the temporary directory, and their publication: whole and durable, or not at all.

#include <mutex>
#include <vector>

#include "directories.h"
#include "transfer.h"

namespace seabed_nfs {

/// Temporary files that could not be removed, because their connection was lost: the next put does it.
/// Thread-safe.
class Leftovers {
 public:
  void add(std::string name);
  void remove(Call& call, const Handle& temp_dir);

 private:
  std::mutex mutex_;
  std::vector<std::string> names_;
};

/// An unpublished file of a random name, removed at the end unless it was published. What a dead process
/// leaves behind is swept after a day.
class TempFile {
 public:
  TempFile(Call& call, Leftovers& leftovers) : call_(call), leftovers_(leftovers) {}
  ~TempFile();
  int32_t create(const Handle& dir);
  const Handle& handle() const { return found_.handle; }
  const Handle& dir() const { return dir_; }
  const std::string& name() const { return name_; }
  uint64_t modified_ns() const { return found_.attributes.modified_ns; }
  void published() { name_.clear(); }

 private:
  Call& call_;
  Leftovers& leftovers_;
  Handle dir_;
  Found found_;
  std::string name_;
};

/// The durable file `name` in `dir`, to be given the place of a key.
struct Unpublished {
  const Handle& dir;
  const std::string& name;
  const Handle& file;
};

/// RENAME, or LINK when it must not be there yet (SEABED_ALREADY_EXISTS when it is). An answer that is lost:
/// outcome unknown. With LINK the name in `dir` is left to the caller.
int32_t publish(Call& call, Directories& directories, const Unpublished& from, const std::string& key,
                bool if_absent);

/// Removes what dead processes left a day before `server_now_ns`: temporary files, and uploads that are none any more.
void sweep(Call& call, Directories& directories, const Handle& temp_dir, uint64_t server_now_ns);

}  // namespace seabed_nfs
