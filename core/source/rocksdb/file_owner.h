#pragma once
// Whose files a database's are. Another user who may write to its directory must not have us read a file of his.

#include <sys/types.h>

#include <optional>
#include <string>

#include "core/base/status.h"

namespace seabed::rocksdb_source {

/// The owner of CURRENT, which makes the directory a database; nullopt: there is none now.
std::optional<uid_t> database_owner(int directory);
std::optional<uid_t> database_owner(const std::string& directory);

/// kPermissionDenied for a file that belongs neither to `owner` nor to the user this process runs as. Without an owner
/// nothing is refused.
Status check_owner(int file, const std::string& name, std::optional<uid_t> owner);

}  // namespace seabed::rocksdb_source
