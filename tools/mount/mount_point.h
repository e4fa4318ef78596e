#pragma once
// Mount points of ours in this process' mount table.

#include <optional>
#include <string>

#include "core/base/status.h"

namespace seabed::mount {

/// Absolute, links resolved as far as it exists (the directory itself may be a dead mount).
Result<std::string> absolute_path(const std::string& path);
/// The type of the file system mounted exactly there ("fuse.seabed"); nullopt: none.
std::optional<std::string> mounted_type(const std::string& path);
/// Ours there whose process is gone (ENOTCONN).
bool is_dead(const std::string& path);
/// Makes it, or takes an empty directory; a dead mount of ours there is cleared away. kConflict: mounted, or
/// not empty.
Status prepare_mount_point(const std::string& path);
/// kConflict: in use (unless `force`: it vanishes for new users and ends with the last one); kNotFound: none
/// of ours.
Status unmount(const std::string& path, bool force);

}  // namespace seabed::mount
