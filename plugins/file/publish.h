#pragma once
// Files in the temporary directory and their publication: whole and durable, or not at all.

#include <string>

#include "path.h"

namespace seabed_file {

/// The temporary directory of a root, made when it is not there.
int32_t open_temp_dir(int root, Fd* out, Error& error);

/// An unpublished file. Its writer holds a flock on it: one without is left from a dead process and may be
/// swept. Removed at the end unless it was published.
class TempFile {
 public:
  TempFile() = default;
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile();
  int32_t create(int temp_dir, Error& error);
  int fd() const { return file_.get(); }
  int dir() const { return dir_; }
  const std::string& name() const { return name_; }
  void published() { name_.clear(); }

 private:
  int dir_ = -1;
  Fd file_;
  std::string name_;
};

/// Gives the synced file `name` in `from_dir` the place of `key`, and syncs that directory. `fd` is the file
/// itself. SEABED_ALREADY_EXISTS when `if_absent` and the key is there.
int32_t publish(int root, int from_dir, const std::string& name, int fd, const std::string& key,
                bool if_absent, Error& error);

/// Random, for names that no other process chooses.
std::string unique_name(const char* prefix);

}  // namespace seabed_file
