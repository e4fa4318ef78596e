#pragma once
// Keys below a root, rising bytewise, one directory of each level in memory.

#include <vector>

#include "../common/walker_cache.h"
#include "directories.h"
#include "read_dir.h"

namespace seabed_nfs {

/// Bytewise order of whole keys is the order of siblings in which a directory's name ends with '/'.
class Walker {
 public:
  struct Entry {
    std::string key;
    uint64_t size = 0, modified_ns = 0;
  };
  /// Keys that begin with `prefix` and lie behind `after` ("" for the first).
  Walker(std::string prefix, std::string after) : prefix_(std::move(prefix)), after_(std::move(after)) {}
  int32_t open(Call& call, Directories& directories);
  /// Has no directory whose names are kept here changed since they were read?
  bool fresh(Call& call) const;
  /// False at the end and on an error (then `*code`). Directories that vanish meanwhile are left out.
  bool next(Call& call, Directories& directories, Entry* out, int32_t* code);

 private:
  struct Level {
    std::string path;  // "" or "a/b/"
    Handle dir;
    uint64_t modified_ns = 0;       // of the directory, before it was read
    std::vector<DirEntry> entries;  // still to come, falling; names of directories end with '/'
  };
  int32_t push(Call& call, Directories& directories, const std::string& path);
  bool wanted(const std::string& key) const;

  std::string prefix_, after_;
  std::vector<Level> levels_;
};

using WalkerCache = seabed_tree::WalkerCache<Walker>;

}  // namespace seabed_nfs
