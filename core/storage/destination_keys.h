#pragma once
// The parameters of a destination, sorted: what the host itself obeys, and what the driver gets.

#include <string>
#include <utility>
#include <vector>

#include "core/base/uri.h"
#include "core/storage/destination.h"
#include "core/storage/driver/driver_store.h"

namespace seabed {

/// Keys of the host, for every scheme (reference/parameters.md section 3). A driver never sees them.
struct HostKeys {
  uint64_t max_iops = 0;               // operations a second, 0: no limit
  uint64_t max_bandwidth = 0;          // bytes a second, 0: no limit
  bool tag_instead_of_delete = false;  // delete_mode=tagging
};

struct DestinationKeys {
  HostKeys host;
  std::vector<DriverPair> driver;
};

using KeyValues = std::vector<std::pair<std::string, std::string>>;

/// The URI's own parameters over `defaults`. A key that neither the host nor the driver knows, a value of the
/// wrong type and a missing required key are kInvalidArgument; values never appear in the error.
Result<DestinationKeys> sort_keys(const Uri& uri, const KeyValues& defaults, const DriverInfo& driver);

/// "1048576", "512K", "10MB", "1GiB", also with "/s" behind; units are powers of 1024, as in OceanBase.
Result<uint64_t> parse_size(const std::string& key, std::string_view text);

}  // namespace seabed
