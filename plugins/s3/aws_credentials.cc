#include "aws_credentials.h"

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
bool from_json(const std::string& body, const char* source, Credentials* out) {
  auto json = seabed_http::json_members(body);
  *out = {json["AccessKeyId"], json["SecretAccessKey"], json["Token"],
          seabed_http::parse_utc(json["Expiration"]), source};
  return out->complete();
}

bool from_container(const Context& context, Credentials* out) {
  std::string url = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  const std::string relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!relative.empty()) url = "http://169.254.170.2" + relative;
  if (url.empty()) return false;
  std::string token = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN"), body;
  seabed_http::read_secret_file(environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"), &token);
  std::vector<seabed_http::Header> headers;
  if (!token.empty()) headers.push_back({"Authorization", token});
  return seabed_http::ask_metadata("GET", url, headers, context, &body) &&
         from_json(body, "the container service", out);
}

/// IMDSv2: a session token first, then the role's name, then its credentials.
bool from_instance(const Context& context, Credentials* out) {
  if (environment("AWS_EC2_METADATA_DISABLED") == "true") return false;
  std::string base = environment_or("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254");
  while (base.ends_with('/')) base.pop_back();
  std::string token, role, body;
  if (!seabed_http::ask_metadata("PUT", base + "/latest/api/token",
                                 {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}, context, &token))
    return false;
  const std::vector<seabed_http::Header> headers = {{"X-aws-ec2-metadata-token", token}};
  const std::string path = base + "/latest/meta-data/iam/security-credentials/";
  if (!seabed_http::ask_metadata("GET", path, headers, context, &role)) return false;
  role = role.substr(0, role.find_first_of("\r\n"));
  return seabed_http::ask_metadata("GET", path + seabed_http::percent_encode(role, false), headers, context,
                                   &body) &&
         from_json(body, "the instance metadata", out);
}

int32_t from_chain(const Settings& settings, const Context& context, Credentials* out, Error& error) {
  if (from_environment(out)) return SEABED_OK;
  if (has_web_identity()) return assume_with_web_identity(settings, context, out, error);
  if (from_profiles(out) || from_container(context, out) || from_instance(context, out)) return SEABED_OK;
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
