#include "service.h"

#include <cstdio>

#include "credentials.h"
#include "digest.h"

namespace seabed_azblob {

namespace {
constexpr const char* kVersion =
    "2021-08-06";  // of the REST interface: container batches, tags, large blocks

struct Meaning {
  const char* code;
  seabed_code as;
  seabed_retry retry;
  const char* advice;
};

constexpr Meaning kMeanings[] = {
    {"ContainerNotFound", SEABED_INVALID_ARGUMENT, SEABED_RETRY_PERMANENT,
     "the container does not exist: create it, or correct the destination"},
    {"ContainerDisabled", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT, ""},
    {"ContainerBeingDeleted", SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "the container is being deleted"},
    {"AuthenticationFailed", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "check access_id, access_key or sas_token, and this machine's clock"},
    {"InvalidAuthenticationInfo", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "check access_id and access_key"},
    {"AccountIsDisabled", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT, ""},
    {"BlobAlreadyExists", SEABED_ALREADY_EXISTS, SEABED_RETRY_PERMANENT, ""},
    {"InvalidBlobType", SEABED_CONFLICT, SEABED_RETRY_PERMANENT,
     "the blob is of another type: only what append made can be appended to"},
    {"BlockCountExceedsLimit", SEABED_CONFLICT, SEABED_RETRY_PERMANENT, "a blob takes 50,000 blocks"},
    {"Md5Mismatch", SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "bytes were damaged on their way"},
    {"BlobArchived", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT, "rehydrate the blob first"},
    {"BlobImmutableDueToPolicy", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "a retention policy holds it"},
    {"LeaseIdMissing", SEABED_PERMISSION_DENIED, SEABED_RETRY_PERMANENT,
     "somebody holds a lease on the blob"},
};
}  // namespace

std::string error_code(const seabed_http::Response& response) {
  return seabed_http::failure_of(response, false).code;
}

seabed_http::Address Service::address(const std::string& key) const {
  return seabed_http::address_of(settings_.endpoint, seabed_http::Addressing::kPath, settings_.place.bucket,
                                 key.empty() ? "" : settings_.place.prefix + key);
}

std::string Service::url_query(const Query& query) const {
  std::string out;
  for (const auto& [name, value] : query)
    out += (out.empty() ? "?" : "&") + name + "=" + seabed_http::percent_encode(value, false);
  if (!settings_.sas_token.empty()) out += (out.empty() ? "?" : "&") + settings_.sas_token;
  return out;
}

void Service::authorize(const std::string& method, const std::string& path, const Query& query, uint64_t size,
                        std::vector<seabed_http::Header>* headers) const {
  const auto seconds = static_cast<int64_t>(seabed_http::wall_clock_ns() / 1'000'000'000u);
  headers->push_back({"x-ms-date", seabed_http::http_date(seconds)});
  if (settings_.key.empty()) return;
  const ToSign request{method, path, query, *headers, size};
  headers->push_back({"Authorization", shared_key(settings_.account, settings_.key, request)});
}

int32_t Service::send(const Call& call, const Context& context, seabed_http::Response* response,
                      Error& error) {
  const seabed_http::Address at = address(call.key);
  seabed_http::Request request;
  request.method = call.method;
  request.url = at.url + url_query(call.query);
  request.headers = call.headers;
  request.headers.push_back({"x-ms-version", kVersion});
  if (context.trace_id() != 0) {
    char id[32];
    std::snprintf(id, sizeof id, "%016llx", static_cast<unsigned long long>(context.trace_id()));
    request.headers.push_back({"x-ms-client-request-id", id});
  }
  authorize(call.method, at.path, call.query, seabed_http::total_size(call.body), &request.headers);
  if (settings_.by_identity()) {
    seabed_http::Credentials token;
    if (const int32_t code = identity_.get(context, &token, error)) return code;
    request.headers.push_back({"Authorization", "Bearer " + token.access_key});
  }
  request.body = call.body;
  request.has_body = call.method == "PUT" || call.method == "POST";
  request.into = call.into;
  request.into_size = call.into_size;
  request.changes_something = call.changes_something;
  const int32_t code = client_.perform(request, context, response, error);
  if (code == SEABED_OK && response->status == 401) identity_.forget();
  return code;
}

int32_t Service::fail(const Call& call, const seabed_http::Response& response, const char* what,
                      Error& error) const {
  const seabed_http::Failure failure = seabed_http::failure_of(response, call.changes_something);
  if (response.status == 401 && settings_.by_identity())   // send() has forgotten the token
    return seabed_http::fail_as(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, failure, what, error, "a fresh token is taken");
  for (const Meaning& meaning : kMeanings)
    if (failure.code == meaning.code)
      return seabed_http::fail_as(meaning.as, meaning.retry, failure, what, error, meaning.advice);
  return seabed_http::fail(failure, what, error);
}

int32_t Service::perform(const Call& call, const char* what, const Context& context,
                         seabed_http::Response* response, Error& error) {
  if (const int32_t code = send(call, context, response, error)) return code;
  return response->status / 100 == 2 ? int32_t{SEABED_OK} : fail(call, *response, what, error);
}

std::string Service::batch_delete(const std::string& key) const {
  const seabed_http::Address at = address(key);
  std::vector<seabed_http::Header> headers;
  authorize("DELETE", at.path, {}, 0, &headers);
  std::string out = "DELETE " + at.path + url_query({}) + " HTTP/1.1\r\n";
  for (const auto& header : headers) out += header.name + ": " + header.value + "\r\n";
  return out + "Content-Length: 0\r\n\r\n";
}

}  // namespace seabed_azblob
