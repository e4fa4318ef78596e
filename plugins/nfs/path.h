#pragma once
// Keys as paths below the root. Nothing outside the root can be reached: components are checked here, and
// each is looked up by itself, where a symbolic link is refused.

#include <string>
#include <string_view>

#include "options.h"

namespace seabed_nfs {

/// In the root, hidden from list: files that are not published yet. The file driver keeps its own there,
/// under other names.
inline constexpr const char* kTempDir = ".seabed-tmp";
inline constexpr size_t kMaxKey = 2048;

/// Refuses: empty, too long, empty components, ".", "..", and the name of the temporary directory in the
/// root.
int32_t check_key(std::string_view key, Error& error);

struct SplitKey {
  std::string dir;  // "" for the root
  std::string base;
};
SplitKey split(std::string_view key);

/// Random, for names that no other process chooses.
std::string unique_name(const char* prefix);

}  // namespace seabed_nfs
