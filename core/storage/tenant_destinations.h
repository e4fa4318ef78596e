#pragma once
// Which destinations a tenant's admin may name. The agent opens them with the operator's credentials, so a
// host of the admin's own would be sent signed requests or a token. sys may name any. Pure; configured by
// [drivers] and [driver.*] (docs/operator-guide.md, Rights).

#include <string>
#include <utility>
#include <vector>

#include "core/base/uri.h"

namespace seabed {

struct TenantDestinations {
  /// [drivers] allowed_destinations. Empty: every path, on the hosts that [driver.*] name. Else one of these
  /// must match:
  ///   "s3://bucket/path", "file:///backup", "nfs://nas/export": it and what lies below; with ?host=… on that
  ///   host, else on the driver's own; "minio.example:9000", "https://*.example.com", "http://10.0.0.7":
  ///   every destination on such a host; without a scheme https or nfs; '*' stands for any letters, also
  ///   none.
  std::vector<std::string> allowed;
  /// [driver.s3] host and the like, by scheme: the rest of the driver's defaults is here too.
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> driver_defaults;
};

/// kInvalidArgument: an entry that is none of the forms above.
Status check_allowed_entry(const std::string& entry);

/// kPermissionDenied with the reason: a host, or a path, that the configuration does not name; an attribute
/// that would send credentials elsewhere (proxy, sts_host, metadata_endpoint, a region that is none, an
/// account without its secret).
Status check_tenant_destination(const TenantDestinations& rules, const Uri& uri);

}  // namespace seabed
