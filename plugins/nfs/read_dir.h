#pragma once
// A whole directory of the server, page by page.

#include <vector>

#include "call.h"

namespace seabed_nfs {

struct DirEntry {
  std::string name;
  Attributes attributes;
};

/// Without "." and ".."; in the server's order. Names that no file may have are left out.
int32_t read_dir(Call& call, const Handle& dir, std::vector<DirEntry>* out);

}  // namespace seabed_nfs
