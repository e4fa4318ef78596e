#include "service.h"

#include "answer.h"
#include "credential_chain.h"
#include "digest.h"
#include "oss_error.h"

namespace seabed_oss {

namespace {
seabed_http::CredentialKeeper::Fetch chain_of(const Configuration& configuration) {
  return [configuration](const Context& context, seabed_http::Credentials* out, Error& error) {
    return find_credentials(configuration, context, out, error);
  };
}
}  // namespace

Service::Service(Configuration configuration)
    : configuration_(std::move(configuration)),
      client_(configuration_.client),
      credentials_(chain_of(configuration_)) {}

int32_t Service::send(const Call& call, const Context& context, Response* response, Error& error) {
  seabed_http::Credentials who;
  if (const int32_t code = credentials_.get(context, &who, error)) return code;
  const auto& c = configuration_;
  Signed to_sign{call.method, c.place.bucket, call.key, call.query, call.headers};
  sign(c.signature, who, c.region, static_cast<int64_t>(seabed_http::wall_clock_ns() / 1'000'000'000),
       &to_sign);
  seabed_http::Request request;
  request.method = call.method;
  request.url = seabed_http::address_of(c.endpoint, c.addressing, c.place.bucket, call.key).url;
  if (!call.query.empty()) request.url += "?" + query_text(call.query);
  request.headers = std::move(to_sign.headers);
  request.body = call.body;
  request.has_body = call.has_body;
  request.into = call.into;
  request.into_size = call.into_size;
  request.changes_something = call.changes;
  return client_.perform(request, context, response, error);
}

int32_t Service::refuse(const Call& call, Response& response, Error& error) {
  // A HEAD has no body: the service puts its XML into a header.
  if (response.body.empty())
    if (auto words = seabed_http::base64_decode(response.header("x-oss-err")))
      response.body = std::move(*words);
  const auto failure = seabed_http::failure_of(response, call.changes);
  const bool expired = failure.code == "SecurityTokenExpired";
  const bool renewable = expired && credentials_.forget();
  return fail_oss(failure, response, call.what, renewable, error);
}

int32_t Service::run(const Call& call, const Context& context, Response* response, Error& error) {
  if (const int32_t code = send(call, context, response, error)) return code;
  return response->status / 100 == 2 ? int32_t{SEABED_OK} : refuse(call, *response, error);
}

void Service::add_md5(Call* call, bool always) const {
  if (always || configuration_.send_md5)
    call->headers.push_back({"content-md5", seabed_http::base64_encode(seabed_http::md5(call->body))});
}

}  // namespace seabed_oss
