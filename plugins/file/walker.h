#pragma once
// Keys below a root, rising bytewise, one directory of each level in memory.

#include <cstdint>
#include <string>
#include <vector>

#include "../common/walker_cache.h"
#include "path.h"

namespace seabed_file {

/// Bytewise order of whole keys is the order of siblings in which a directory's name ends with '/'.
class Walker {
 public:
  struct Entry {
    std::string key;
    uint64_t size = 0, modified_ns = 0;
  };

  /// Keys that begin with `prefix` and lie behind `after` ("" for the first).
  int32_t open(Fd root, std::string prefix, std::string after, Error& error);
  /// False at the end and on an error (then `*code`). Files that vanish meanwhile are left out.
  bool next(Entry* out, const Context& context, int32_t* code, Error& error);

 private:
  struct Level {
    Fd dir;
    std::string path;                // "" or "a/b/"
    std::vector<std::string> names;  // still to come, falling; directories end with '/'
  };
  bool push(Fd dir, std::string path, const Context& context, int32_t* code, Error& error);
  bool wanted(const std::string& key) const;
  bool visit(Entry* out, const Context& context, int32_t* code, Error& error);

  std::string prefix_, after_;
  std::vector<Level> levels_;
  Fd root_;
};

using WalkerCache = seabed_tree::WalkerCache<Walker>;

}  // namespace seabed_file
