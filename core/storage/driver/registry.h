#pragma once
// Which drivers there are: the shared objects of the configured directories, by scheme.

#include <map>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/storage/destination.h"
#include "seabed/driver.h"

namespace seabed {

struct DriverRegistry {
  std::vector<DriverInfo> infos;  // every *.so that was found, the refused ones with their error
  std::map<std::string, const seabed_driver_v1*> by_scheme;
};

/// Scans in order. A refused file is told in its DriverInfo::error and does not stop the others; these stop
/// all: a directory that is relative, missing, or that others than root and this user can change, and two
/// drivers for one scheme. Names within a directory are taken bytewise; the same file name in a later
/// directory is another driver.
Result<DriverRegistry> scan_drivers(const std::vector<std::string>& directories);

/// Regular file or directory of root or this user that neither group nor others can write.
Status check_trusted(const std::string& path);

Capabilities capabilities_of(const seabed_driver_v1* driver, const seabed_store* store);

}  // namespace seabed
