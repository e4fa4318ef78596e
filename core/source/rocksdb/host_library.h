#pragma once
// This host's RocksDB: what it may restore, and opening a restored database once with it (RUN UPGRADE JOB).

#include <string>

#include "core/base/status.h"

namespace seabed::rocksdb_source {

/// "7.8.3".
std::string host_version();
/// Of the newest OPTIONS file; kNotFound when there is none.
Result<std::string> database_version(const std::string& directory);
/// kUnsupported, naming both, when the base was written by a newer RocksDB than `host`. An unknown version
/// passes: the MANIFEST's and log's own unknown tags are refused where they are read.
Status refuse_newer(const std::string& written_by, const std::string& host);
/// Opens and closes the database, so that its MANIFEST is written anew by this host's library; its log is kept, and
/// its newest OPTIONS file says what it said, with this host's version. kConflict: somebody has it open. To be called in a child process (Debian's library has its
/// asserts on).
Status open_once(const std::string& directory);

}  // namespace seabed::rocksdb_source
