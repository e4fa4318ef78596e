#pragma once
// AWS Signature Version 4, pure: values in, headers out. Source: AWS General Reference, "Signature Version 4
// signing process", and the S3 API reference on authenticating requests by the Authorization header.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http.h"

namespace seabed_s3 {

using Query = std::vector<std::pair<std::string, std::string>>;  // raw, in any order

inline constexpr const char* kUnsignedPayload = "UNSIGNED-PAYLOAD";

struct SigningRequest {
  std::string method;
  std::string path;  // percent-encoded as sent, begins with '/'
  Query query;
  std::vector<seabed_http::Header> headers;  // all that are to be signed, "host" and "x-amz-date" among them
  std::string payload_hash;                  // hex SHA-256 or kUnsignedPayload
};

struct Scope {
  std::string date;  // 20260131T235959Z
  std::string region, service;
};

/// "20260131T235959Z" of seconds since the epoch.
std::string amz_date(int64_t seconds);
/// Sorted and encoded, as it stands behind '?' and in the signature.
std::string canonical_query(const Query& query);
std::string canonical_request(const SigningRequest& request);
std::string string_to_sign(const SigningRequest& request, const Scope& scope);
/// Value of the Authorization header.
std::string authorization(const SigningRequest& request, const Scope& scope, const std::string& access_id,
                          const std::string& access_key);

}  // namespace seabed_s3
