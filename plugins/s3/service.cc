#include "service.h"

#include "aws_credentials.h"
#include "digest.h"
#include "s3_error.h"

namespace seabed_s3 {

namespace {
using seabed_http::Credentials;
using seabed_http::Header;

std::string payload_hash(const Call& call, const Settings& settings) {
  if (call.bulk && !settings.sign_payload) return kUnsignedPayload;
  return seabed_http::sha256_hex(call.body);
}
}  // namespace

Service::Service(Settings settings)
    : settings_(std::move(settings)), client_(settings_.client), credentials_(credential_source(settings_)) {}

void Service::sign(const Call& call, const Credentials& who, const seabed_http::Address& address,
                   std::vector<Header>* headers) const {
  SigningRequest request{call.method, address.path, call.query, call.headers, payload_hash(call, settings_)};
  const Scope scope{amz_date(static_cast<int64_t>(seabed_http::wall_clock_ns() / 1'000'000'000)),
                    settings_.region, "s3"};
  request.headers.push_back({"x-amz-content-sha256", request.payload_hash});
  request.headers.push_back({"x-amz-date", scope.date});
  if (!who.session_token.empty()) request.headers.push_back({"x-amz-security-token", who.session_token});
  *headers = request.headers;
  request.headers.push_back({"host", address.host});  // sent by curl
  headers->push_back({"Authorization", authorization(request, scope, who.access_id, who.access_key)});
}

int32_t Service::send(const Call& call, const Context& context, Response* response, Error& error) {
  Credentials who;
  if (const int32_t code = credentials_.get(context, &who, error)) return code;
  const auto address =
      seabed_http::address_of(settings_.endpoint, settings_.addressing, settings_.place.bucket, call.key);
  seabed_http::Request request;
  sign(call, who, address, &request.headers);
  request.method = call.method;
  request.url = address.url + (call.query.empty() ? "" : "?" + canonical_query(call.query));
  request.body = call.body;
  request.has_body = call.has_body;
  request.into = call.into;
  request.into_size = call.into_size;
  request.changes_something = call.changes;
  const int32_t code = client_.perform(request, context, response, error);
  if (code == SEABED_OK && response->status / 100 == 2) bucket_seen_ = true;
  return code;
}

int32_t Service::refuse(const Call& call, const Response& response, Error& error) {
  const auto failure = seabed_http::failure_of(response, call.changes);
  const bool renewable = is_expired(failure) && credentials_.forget();
  return fail_s3(failure, response, call.what, renewable, error);
}

int32_t Service::run(const Call& call, const Context& context, Response* response, Error& error) {
  if (const int32_t code = send(call, context, response, error)) return code;
  return response->status / 100 == 2 ? int32_t{SEABED_OK} : refuse(call, *response, error);
}

int32_t Service::refuse_head(const Call& head, const Response& response, const Context& context,
                             Error& error) {
  const long status = response.status;
  if (status == 404 && bucket_seen_) return refuse(head, response, error);
  if (status != 404 && status != 403 && status != 400) return refuse(head, response, error);
  Call again = head;
  again.method = "GET";
  if (status == 404) {
    again.key.clear();
    again.query = {{"list-type", "2"}, {"max-keys", "0"}};
  } else {
    again.headers.push_back({"Range", "bytes=0-0"});
  }
  Response words;
  if (const int32_t code = send(again, context, &words, error)) return code;
  const bool told = words.status / 100 != 2 && (status != 404 || words.status == 404);
  return refuse(head, told ? words : response, error);
}

}  // namespace seabed_s3
