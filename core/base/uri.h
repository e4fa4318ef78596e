#pragma once
// Destination URIs: scheme://location[?key=value&…] (reference/parameters.md section 3).

#include <map>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace seabed {

struct Uri {
  std::string scheme;                         // lower case
  std::string location;                       // after "://", before '?', no trailing '/'
  std::map<std::string, std::string> params;  // percent-decoded values; may hold secrets: never print a Uri whole

  /// For logs, views and errors: scheme, location and the parameters that are no secrets (access_key, access_id,
  /// and whatever contains key, secret, token, password or sas is left out).
  std::string redacted() const;
  /// Identity of a destination: scheme, location and host; neither credentials nor tuning.
  std::string identity() const;
};

/// kInvalidArgument with ob_error 9001. Refuses blanks, control characters, an empty scheme or location, a repeated key, and for file: and nfs: a location
/// that is not absolute or has '.' or '..' segments.
Result<Uri> parse_uri(std::string_view text);
bool is_secret_key(std::string_view key);

}  // namespace seabed
