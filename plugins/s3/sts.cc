#include "sts.h"

#include "answer.h"
#include "digest.h"
#include "sigv4.h"
#include "xml.h"

namespace seabed_s3 {

namespace {
using seabed::sdk::Context;
using seabed::sdk::Error;
using seabed_http::Credentials;
using seabed_http::environment;

int32_t sts_endpoint(const Settings& settings, seabed_http::Endpoint* out, Error& error) {
  std::string host = settings.sts_host, why;
  if (host.empty()) host = environment("AWS_ENDPOINT_URL_STS");
  if (host.empty()) host = "https://sts." + settings.region + ".amazonaws.com";
  return seabed_http::parse_endpoint(host, out, &why)
             ? int32_t{SEABED_OK}
             : error.fail(SEABED_INVALID_ARGUMENT, "the endpoint of STS: %s", why.c_str());
}

int32_t read_answer(const seabed_http::Response& response, const char* action, Credentials* out,
                    Error& error) {
  if (response.status != 200) {
    auto failure = seabed_http::failure_of(response, false);
    return seabed_http::fail(failure, "STS gives no credentials for the role", error);
  }
  seabed_http::XmlDocument document;
  document.parse(response.body);
  const auto found = document.root().child(std::string(action) + "Result").child("Credentials");
  *out = {found.text("AccessKeyId"), found.text("SecretAccessKey"), found.text("SessionToken"),
          seabed_http::parse_utc(found.text("Expiration")), "STS"};
  if (!out->complete())
    return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "STS answered without credentials");
  return SEABED_OK;
}

/// `who` null: the form itself proves who asks.
int32_t ask(const Settings& settings, const char* action, Query form, const Credentials* who,
            const Context& context, Credentials* out, Error& error) {
  seabed_http::Endpoint endpoint;
  if (const int32_t code = sts_endpoint(settings, &endpoint, error)) return code;
  form.insert(form.end(), {{"Action", action}, {"Version", "2011-06-15"}});
  const std::string body = canonical_query(form);
  const seabed_buffer piece{body.data(), body.size()};
  SigningRequest signing{"POST", endpoint.path + "/", {}, {}, seabed_http::sha256_hex(body)};
  const Scope scope{amz_date(static_cast<int64_t>(seabed_http::wall_clock_ns() / 1'000'000'000)),
                    settings.region, "sts"};
  signing.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"x-amz-date", scope.date}};
  if (who != nullptr && !who->session_token.empty())
    signing.headers.push_back({"x-amz-security-token", who->session_token});
  seabed_http::Request request;
  request.method = "POST";
  request.url = std::string(endpoint.scheme()) + "://" + endpoint.authority() + signing.path;
  request.headers = signing.headers;
  request.body = {&piece, 1};
  if (who != nullptr) {
    signing.headers.push_back({"host", endpoint.authority()});
    request.headers.push_back(
        {"Authorization", authorization(signing, scope, who->access_id, who->access_key)});
  }
  seabed_http::Client client(settings.client);
  seabed_http::Response response;
  if (const int32_t code = client.perform(request, context, &response, error)) return code;
  return read_answer(response, action, out, error);
}

std::string session_name() {
  const std::string name = environment("AWS_ROLE_SESSION_NAME");
  return name.empty() ? "seabed" : name;
}
}  // namespace

bool has_web_identity() {
  return !environment("AWS_WEB_IDENTITY_TOKEN_FILE").empty() && !environment("AWS_ROLE_ARN").empty();
}

int32_t assume_with_web_identity(const Settings& settings, const Context& context, Credentials* out,
                                 Error& error) {
  std::string token;
  if (!seabed_http::read_secret_file(environment("AWS_WEB_IDENTITY_TOKEN_FILE"), &token) || token.empty())
    return error.fail(SEABED_PERMISSION_DENIED,
                      "the file of AWS_WEB_IDENTITY_TOKEN_FILE cannot be read or is empty");
  return ask(settings, "AssumeRoleWithWebIdentity",
             {{"RoleArn", environment("AWS_ROLE_ARN")},
              {"RoleSessionName", session_name()},
              {"WebIdentityToken", token}},
             nullptr, context, out, error);
}

int32_t assume_role(const Settings& settings, const Credentials& who, const Context& context,
                    Credentials* out, Error& error) {
  Query form = {{"RoleArn", settings.role_arn}, {"RoleSessionName", session_name()}};
  if (!settings.external_id.empty()) form.emplace_back("ExternalId", settings.external_id);
  return ask(settings, "AssumeRole", std::move(form), &who, context, out, error);
}

}  // namespace seabed_s3
