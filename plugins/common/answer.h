#pragma once
// What an answer that is no success means for the host: the one place where statuses become codes and retry
// classes.

#include <cstdint>
#include <string>

#include "http.h"

namespace seabed_http {

struct Failure {
  long status = 0;
  std::string code;     // the vendor's word: "SlowDown", "NoSuchKey"
  std::string message;  // the vendor's sentence
  std::string request_id;
  uint32_t retry_after_ms = 0;
  /// The request may have changed something: 500, 502 and 504 then are outcome-unknown instead of transient.
  bool changed_something = false;
};

/// Status, Retry-After and, when the body is <Error><Code>…, the vendor's words (S3, OSS and Azure write it
/// so; Azure names the code in x-ms-error-code as well). `changed_something` is the request's.
Failure failure_of(const Response& response, bool changed_something);

/// Throttling: 429, and 503 with a word for it or with Retry-After. Transient: 408 and other 5xx. 401, 403:
/// SEABED_PERMISSION_DENIED; 404: SEABED_NOT_FOUND; 409: SEABED_CONFLICT; 412: SEABED_ALREADY_EXISTS; 416,
/// 400 and 3xx: SEABED_INVALID_ARGUMENT; 501: SEABED_UNSUPPORTED; 507: SEABED_NO_SPACE. `what` is "the object
/// cannot be read" or so; `advice`, when not empty, is added at the end.
int32_t fail(const Failure& failure, const char* what, seabed::sdk::Error& error,
             const std::string& advice = {});
/// As above with a code and a class of the driver's choice.
int32_t fail_as(seabed_code code, seabed_retry retry, const Failure& failure, const char* what,
                seabed::sdk::Error& error, const std::string& advice = {});
/// Is this the vendor's word for "slow down"?
bool is_throttling(const Failure& failure);

}  // namespace seabed_http
