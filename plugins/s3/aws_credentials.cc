#include "aws_credentials.h"

#include <algorithm>

#include "endpoint.h"
#include "sts.h"

namespace seabed_s3 {

namespace {
using seabed::sdk::Context;
using seabed::sdk::Error;
using seabed_http::Credentials;
using seabed_http::environment;
using seabed_http::IniFile;

std::string environment_or(const char* name, const std::string& fallback) {
  const std::string value = environment(name);
  return value.empty() ? fallback : value;
}

bool from_environment(Credentials* out) {
  *out = {environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"),
          environment("AWS_SESSION_TOKEN"), 0, "the environment"};
  return out->complete();
}

std::string profile_name() {
  return environment_or("AWS_PROFILE", environment_or("AWS_DEFAULT_PROFILE", "default"));
}

bool from_section(const IniFile& file, const std::string& section, Credentials* out) {
  const auto found = file.find(section);
  if (found == file.end()) return false;
  const auto value = [&](const char* key) {
    const auto at = found->second.find(key);
    return at == found->second.end() ? std::string() : at->second;
  };
  *out = {value("aws_access_key_id"), value("aws_secret_access_key"), value("aws_session_token"), 0,
          "profile " + section};
  return out->complete();
}

bool from_profiles(Credentials* out) {
  const std::string name = profile_name();
  IniFile credentials, config;
  const std::string shared =
      environment_or("AWS_SHARED_CREDENTIALS_FILE", seabed_http::home_file(".aws/credentials"));
  if (seabed_http::read_ini(shared, &credentials) && from_section(credentials, name, out)) return true;
  const std::string other = environment_or("AWS_CONFIG_FILE", seabed_http::home_file(".aws/config"));
  return seabed_http::read_ini(other, &config) &&
         from_section(config, name == "default" ? name : "profile " + name, out);
}

/// The answer of the container's and of the instance's service.
int32_t from_json(const std::string& body, const char* source, Credentials* out, Error& error) {
  auto json = seabed_http::json_members(body);
  *out = {json["AccessKeyId"], json["SecretAccessKey"], json["Token"],
          seabed_http::parse_utc(json["Expiration"]), source};
  if (out->complete()) return SEABED_OK;
  return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s answered without credentials", source);
}

/// Where the container's secret may go in clear: to this machine, and to where ECS and EKS answer.
bool is_near(const seabed_http::Endpoint& to) {
  constexpr std::string_view kNear[] = {"localhost",     "[::1]",          "::1",          "169.254.170.2",
                                        "169.254.170.23", "[fd00:ec2::23]", "fd00:ec2::23"};
  if (std::find(std::begin(kNear), std::end(kNear), to.host) != std::end(kNear)) return true;
  return to.is_ip_address() && to.host.starts_with("127.");
}

int32_t check_container(const std::string& url, Error& error) {
  seabed_http::Endpoint to;
  std::string why;
  const size_t scheme = url.find("://");
  const size_t end = scheme == std::string::npos ? 0 : url.find_first_of("/?#", scheme + 3);
  if (!seabed_http::parse_endpoint(url.substr(0, end), &to, &why))
    return error.fail(SEABED_INVALID_ARGUMENT, "AWS_CONTAINER_CREDENTIALS_FULL_URI is no address: %s", why.c_str());
  if (to.https || is_near(to)) return SEABED_OK;
  return error.fail(SEABED_PERMISSION_DENIED,
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI names %s without TLS: only this machine and the addresses of ECS "
                    "and EKS are asked so",
                    to.host.c_str());
}

int32_t from_container(const Context& context, Credentials* out, Error& error) {
  std::string url = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  const std::string relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!relative.empty()) url = "http://169.254.170.2" + relative;
  if (url.empty()) return SEABED_NOT_FOUND;
  if (const int32_t code = check_container(url, error)) return code;
  std::string token = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN"), body;
  seabed_http::read_secret_file(environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"), &token);
  std::vector<seabed_http::Header> headers;
  if (!token.empty()) headers.push_back({"Authorization", token});
  constexpr const char* kSource = "the container service";
  if (const int32_t code = seabed_http::ask_metadata(kSource, "GET", url, headers, context, &body, error)) return code;
  return from_json(body, kSource, out, error);
}

/// IMDSv2: a session token first, then the role's name, then its credentials.
int32_t from_instance(const Context& context, Credentials* out, Error& error) {
  if (environment("AWS_EC2_METADATA_DISABLED") == "true") return SEABED_NOT_FOUND;
  constexpr const char* kSource = "the instance metadata";
  std::string base = environment_or("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254");
  while (base.ends_with('/')) base.pop_back();
  std::vector<seabed_http::Header> headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}};
  std::string answer;
  const auto ask = [&](const char* method, const std::string& path) {
    return seabed_http::ask_metadata(kSource, method, base + path, headers, context, &answer, error);
  };
  if (const int32_t code = ask("PUT", "/latest/api/token")) return code;
  headers = {{"X-aws-ec2-metadata-token", answer}};
  const std::string path = "/latest/meta-data/iam/security-credentials/";
  if (const int32_t code = ask("GET", path)) return code;
  const std::string role = answer.substr(0, answer.find_first_of("\r\n"));
  if (const int32_t code = ask("GET", path + seabed_http::percent_encode(role, false))) return code;
  return from_json(answer, kSource, out, error);
}

int32_t from_chain(const Settings& settings, const Context& context, Credentials* out, Error& error) {
  if (from_environment(out)) return SEABED_OK;
  if (has_web_identity()) return assume_with_web_identity(settings, context, out, error);
  if (from_profiles(out)) return SEABED_OK;
  if (const int32_t code = from_container(context, out, error); code != SEABED_NOT_FOUND) return code;
  if (const int32_t code = from_instance(context, out, error); code != SEABED_NOT_FOUND) return code;
  return error.fail(
      SEABED_PERMISSION_DENIED,
      "no credentials: neither access_id and access_key, nor AWS_ACCESS_KEY_ID, a web identity, profile %s, "
      "a container service or instance metadata gave any",
      profile_name().c_str());
}
}  // namespace

seabed_http::CredentialKeeper::Fetch credential_source(const Settings& settings) {
  if (!settings.access_id.empty()) {
    const Credentials own{settings.access_id, settings.access_key, settings.session_token, 0,
                          "the destination"};
    return [own](const Context&, Credentials* out, Error&) {
      *out = own;
      return int32_t{SEABED_OK};
    };
  }
  return [settings](const Context& context, Credentials* out, Error& error) {
    Credentials found;
    if (const int32_t code = from_chain(settings, context, &found, error)) return code;
    if (!settings.role_arn.empty()) return assume_role(settings, found, context, out, error);
    *out = std::move(found);
    return int32_t{SEABED_OK};
  };
}

}  // namespace seabed_s3
