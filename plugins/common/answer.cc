#include "answer.h"

#include <algorithm>

#include "xml.h"

namespace seabed_http {

namespace {
constexpr std::string_view kThrottling[] = {"SlowDown",
                                            "SlowDownRead",
                                            "SlowDownWrite",
                                            "Throttling",
                                            "ThrottlingException",
                                            "ThrottledException",
                                            "RequestThrottled",
                                            "RequestLimitExceeded",
                                            "TooManyRequests",
                                            "ServerBusy",
                                            "QpsLimitExceeded",
                                            "DownloadTrafficRateLimitExceeded",
                                            "UploadTrafficRateLimitExceeded",
                                            "BandwidthLimitExceeded",
                                            "OperationTimedOutOrServerBusy"};

struct Meaning {
  seabed_code code;
  seabed_retry retry;
};

Meaning server_error(const Failure& f) {
  if (f.status == 501) return {SEABED_UNSUPPORTED, SEABED_RETRY_PERMANENT};
  if (f.status == 507) return {SEABED_NO_SPACE, SEABED_RETRY_PERMANENT};
  // 503 and 429 say that the request was not taken; of the others the server itself does not know.
  const bool unknown = f.changed_something && f.status != 503;
  return {SEABED_UNAVAILABLE, unknown ? SEABED_RETRY_OUTCOME_UNKNOWN : SEABED_RETRY_TRANSIENT};
}

Meaning meaning(const Failure& f) {
  if (is_throttling(f)) return {SEABED_UNAVAILABLE, SEABED_RETRY_THROTTLED};
  if (f.status >= 500) return server_error(f);
  switch (f.status) {
    case 401:
    case 403: return {SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT};
    case 404: return {SEABED_NOT_FOUND, SEABED_RETRY_PERMANENT};
    case 408: return {SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT};
    case 409: return {SEABED_CONFLICT, SEABED_RETRY_PERMANENT};
    case 412: return {SEABED_ALREADY_EXISTS, SEABED_RETRY_PERMANENT};
    default: return {SEABED_INVALID_ARGUMENT, SEABED_RETRY_PERMANENT};
  }
}

void read_error_body(const Response& response, Failure* out) {
  XmlDocument document;
  if (response.body.empty() || response.body.size() > (64u << 10) || !document.parse(response.body)) return;
  XmlNode error = document.root();
  if (error.name() == "ErrorResponse") error = error.child("Error");  // STS and IAM
  if (error.name() != "Error") return;
  out->code = error.text("Code");
  out->message = error.text("Message");
  out->request_id = error.text("RequestId");
  if (out->request_id.empty()) out->request_id = document.root().text("RequestId");
}
}  // namespace

bool is_throttling(const Failure& f) {
  if (f.status == 429) return true;
  if (std::find(std::begin(kThrottling), std::end(kThrottling), f.code) != std::end(kThrottling)) return true;
  return f.status == 503 && f.retry_after_ms > 0;
}

Failure failure_of(const Response& response, bool changed_something) {
  Failure out;
  out.status = response.status;
  out.changed_something = changed_something;
  out.retry_after_ms = retry_after_ms(response.header("retry-after"));
  read_error_body(response, &out);
  if (out.code.empty()) out.code = response.header("x-ms-error-code");
  for (const char* name : {"x-amz-request-id", "x-oss-request-id", "x-ms-request-id", "x-cos-request-id"})
    if (out.request_id.empty()) out.request_id = response.header(name);
  return out;
}

int32_t fail_as(seabed_code code, seabed_retry retry, const Failure& f, const char* what,
                seabed::sdk::Error& error, const std::string& advice) {
  const std::string said =
      f.message.empty() ? f.code.empty() ? "the server gave no reason" : f.code : f.message;
  error.fail(code, retry, "%s: %s%s%s", what, said.substr(0, 300).c_str(), advice.empty() ? "" : "; ",
             advice.c_str());
  error.http_status(static_cast<int32_t>(f.status)).retry_after_ms(f.retry_after_ms);
  error.vendor_code(f.code.c_str()).request_id(f.request_id.c_str());
  return code;
}

int32_t fail(const Failure& f, const char* what, seabed::sdk::Error& error, const std::string& advice) {
  const Meaning m = meaning(f);
  return fail_as(m.code, m.retry, f, what, error, advice);
}

}  // namespace seabed_http
