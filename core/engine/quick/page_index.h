#pragma once
// Where every page of a quick stream's data files lies on the medium, kept locally: two index files in the format of
// docs/format/index.md, <name>.files (FileMeta) and <name>.blocks (MacroRange, with the holders' page hashes).

#include <map>
#include <string>
#include <vector>

#include "core/engine/restore/plan.h"

namespace seabed::quick {

struct RemoteFile {
  meta::FileMeta meta;
  std::vector<meta::MacroRange> blocks;  // by number, all of them
};
using PageIndex = std::map<std::string, RemoteFile>;  // by name

/// Data files stay on the medium; what decides what the database means is local.
inline bool stays_remote(const meta::FileMeta& file) { return file.kind() != "sys"; }

/// Reads the holders' indexes and writes `path`.files and `path`.blocks, durable. kCorruption when a block is missing.
Status write_page_index(const BackupReader& reader, const restore::StreamPlan& stream, const std::string& path);
/// kCorruption when it is not what write_page_index wrote.
Result<PageIndex> read_page_index(const std::string& path);

}  // namespace seabed::quick
