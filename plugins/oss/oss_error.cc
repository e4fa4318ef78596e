#include "oss_error.h"

#include <algorithm>

#include "credentials.h"

namespace seabed_oss {

namespace {
using seabed_http::Failure;

struct Word {
  const char* code;
  seabed_code ours;
  seabed_retry retry;
  const char* advice;
};

// Only where the status alone says something else, or an operator needs advice.
constexpr Word kWords[] = {
    {"NoSuchBucket", SEABED_INVALID_ARGUMENT, SEABED_RETRY_PERMANENT,
     "the bucket does not exist: create it, or correct its name or the host"},
    {"AccessDenied", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "the credentials may not do this: see the bucket's policy and the RAM user's rights, and that host is "
     "of the bucket's "
     "region"},
    {"InvalidAccessKeyId", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT, "access_id is not known there"},
    {"SignatureDoesNotMatch", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT, "access_key is wrong"},
    {"SecurityTokenExpired", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "get new temporary credentials"},
    {"InvalidSecurityToken", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "session_token does not fit access_id"},
    {"SecondLevelDomainForbidden", SEABED_INVALID_ARGUMENT, SEABED_RETRY_PERMANENT,
     "this endpoint wants addressing_model=virtual_hosted_style"},
    {"FileAlreadyExists", SEABED_ALREADY_EXISTS, SEABED_RETRY_PERMANENT, ""},
    {"FileImmutable", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "the bucket has a retention lock: Seabed needs one without"},
    {"ObjectNotAppendable", SEABED_CONFLICT, SEABED_RETRY_PERMANENT,
     "only what was created by an append at 0 can be appended to"},
    {"InvalidDigest", SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "bytes were damaged on the way"},
    {"RequestTimeout", SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, ""},
    {"IncompleteBody", SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, ""},
    {"UserDisable", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT, "the account is disabled or overdue"},
    {"InvalidObjectState", SEABED_CONFLICT, SEABED_RETRY_PERMANENT,
     "the object is in an archive class: restore it there first"},
};

int32_t fail_skew(const Failure& f, const seabed_http::Response& response, const char* what,
                  seabed::sdk::Error& error) {
  const uint64_t theirs = seabed_http::parse_http_date(response.header("date")),
                 ours = seabed_http::wall_clock_ns();
  const uint64_t apart = (ours > theirs ? ours - theirs : theirs - ours) / 1'000'000'000;
  const std::string advice = theirs == 0 ? "set this machine's clock"
                                         : "this machine's clock is " + std::to_string(apart) +
                                               (ours > theirs ? " s ahead of" : " s behind") +
                                               " the server's: set it";
  return seabed_http::fail_as(SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT, f, what, error, advice);
}
}  // namespace

int32_t fail_oss(const Failure& f, const seabed_http::Response& response, const char* what, bool renewable,
                 seabed::sdk::Error& error) {
  if (f.code == "RequestTimeTooSkewed") return fail_skew(f, response, what, error);
  if (renewable)
    return seabed_http::fail_as(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, f, what, error,
                                "fresh credentials are taken");
  const auto word =
      std::find_if(std::begin(kWords), std::end(kWords), [&](const Word& w) { return f.code == w.code; });
  if (word == std::end(kWords)) return seabed_http::fail(f, what, error);
  return seabed_http::fail_as(word->ours, word->retry, f, what, error, word->advice);
}

}  // namespace seabed_oss
