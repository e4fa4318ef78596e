#include "s3_error.h"

#include <algorithm>

#include "credentials.h"

namespace seabed_s3 {

namespace {
using seabed_http::Failure;
using seabed_http::Response;

struct Word {
  const char* code;
  seabed_code ours;
  seabed_retry retry;
  const char* advice;
};

// Only where the status alone says something else, or an operator needs advice.
constexpr Word kWords[] = {
    {"NoSuchBucket", SEABED_INVALID_ARGUMENT, SEABED_RETRY_PERMANENT,
     "the bucket does not exist: create it, or correct "
     "its name, the host or addressing_model"},
    {"AccessDenied", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "the credentials are known but may not do this: "
     "see the bucket's policy and the user's rights"},
    {"InvalidAccessKeyId", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "the access id is not known there"},
    {"SignatureDoesNotMatch", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "the access key (or s3_region) is wrong"},
    {"ExpiredToken", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "the session token has expired: get a new one"},
    {"InvalidToken", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT, "the session token is not valid"},
    {"AuthorizationHeaderMalformed", SEABED_INVALID_ARGUMENT, SEABED_RETRY_PERMANENT,
     "s3_region is missing or wrong"},
    {"IllegalLocationConstraintException", SEABED_INVALID_ARGUMENT, SEABED_RETRY_PERMANENT,
     "s3_region is wrong"},
    {"BadDigest", SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "bytes were damaged on the way"},
    {"XAmzContentSHA256Mismatch", SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "bytes were damaged on the way"},
    {"RequestTimeout", SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, ""},
    {"IncompleteBody", SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, ""},
    {"OperationAborted", SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, ""},
    {"ConditionalRequestConflict", SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, ""},
    {"QuotaExceeded", SEABED_NO_SPACE, SEABED_RETRY_PERMANENT, "the quota of the bucket or user is used up"},
    {"KeyTooLongError", SEABED_INVALID_ARGUMENT, SEABED_RETRY_PERMANENT, ""},
    {"InvalidObjectState", SEABED_CONFLICT, SEABED_RETRY_PERMANENT,
     "the object is in an archive tier: bring it back first"},
};

const Word* word_for(const Failure& f) {
  const auto word =
      std::find_if(std::begin(kWords), std::end(kWords), [&](const Word& w) { return f.code == w.code; });
  return word == std::end(kWords) ? nullptr : word;
}

int32_t fail_skew(const Failure& f, const Response& response, const char* what, seabed::sdk::Error& error) {
  const uint64_t theirs = seabed_http::parse_http_date(response.header("date")),
                 ours = seabed_http::wall_clock_ns();
  std::string advice = "set this machine's clock";
  if (theirs != 0)
    advice = "this machine's clock is " +
             std::to_string((ours > theirs ? ours - theirs : theirs - ours) / 1'000'000'000) +
             (ours > theirs ? " s ahead of" : " s behind") + " the server's: set it";
  return seabed_http::fail_as(SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT, f, what, error, advice);
}

int32_t fail_redirect(const Failure& f, const Response& response, const char* what,
                      seabed::sdk::Error& error) {
  const std::string region(response.header("x-amz-bucket-region"));
  return seabed_http::fail_as(SEABED_INVALID_ARGUMENT, SEABED_RETRY_PERMANENT, f, what, error,
                              region.empty()
                                  ? "the bucket answers at another endpoint: correct host and s3_region"
                                  : "the bucket is in region " + region + ": correct host and s3_region");
}
}  // namespace

bool is_expired(const Failure& f) {
  return f.code == "ExpiredToken" || f.code == "ExpiredTokenException" || f.code == "TokenRefreshRequired";
}

int32_t fail_s3(const Failure& f, const Response& response, const char* what, bool renewable,
                seabed::sdk::Error& error) {
  if (f.code == "RequestTimeTooSkewed" || f.code == "RequestExpired")
    return fail_skew(f, response, what, error);
  if (f.status / 100 == 3) return fail_redirect(f, response, what, error);
  if (renewable)
    return seabed_http::fail_as(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, f, what, error,
                                "fresh credentials are taken");
  const Word* word = word_for(f);
  if (word == nullptr) return seabed_http::fail(f, what, error);
  return seabed_http::fail_as(word->ours, word->retry, f, what, error, word->advice);
}

}  // namespace seabed_s3
