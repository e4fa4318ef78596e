#pragma once
// OSS signatures: version 1 (HMAC-SHA1 over the words of the request) and version 4 (OSS4-HMAC-SHA256 with a
// scope).
// https://www.alibabacloud.com/help/en/oss/developer-reference/include-signatures-in-the-authorization-header
// https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4
// Pure functions: the clock comes as an argument.

#include <string>
#include <utility>
#include <vector>

#include "credentials.h"
#include "http.h"

namespace seabed_oss {

enum class SignatureVersion { kV1, kV4 };

using Query = std::vector<std::pair<std::string, std::string>>;  // raw; an empty value is sent without '='

struct Signed {
  std::string method, bucket, key;  // raw, the key with the destination's prefix
  Query query;
  std::vector<seabed_http::Header> headers;  // of the request so far; names in lower case
};

/// Adds the date, the session token and the Authorization header. `region` is used by version 4 alone.
void sign(SignatureVersion version, const seabed_http::Credentials& who, const std::string& region,
          int64_t seconds, Signed* request);
/// "a=1&b" percent-encoded, in the order of the names.
std::string query_text(Query query);

}  // namespace seabed_oss
