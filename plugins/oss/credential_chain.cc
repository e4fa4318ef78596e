#include "credential_chain.h"

namespace seabed_oss {

namespace {
using seabed_http::Credentials;
using seabed_http::environment;

bool from_environment(const char* id, const char* key, const char* token, Credentials* out) {
  *out = {environment(id), environment(key), environment(token), 0, "the environment"};
  return out->complete();
}

bool from_profile(const char* file, const std::string& section, const char* id, const char* key,
                  const char* token, Credentials* out) {
  seabed_http::IniFile profiles;
  if (!seabed_http::read_ini(seabed_http::home_file(file), &profiles)) return false;
  auto& profile = profiles[section];
  *out = {profile[id], profile[key], profile[token], 0, std::string("~/") + file};
  return out->complete();
}

/// https://www.alibabacloud.com/help/en/ecs/user-guide/attach-an-instance-ram-role-to-an-ecs-instance
bool from_instance(const std::string& endpoint, const seabed::sdk::Context& context, Credentials* out) {
  if (endpoint.empty() || environment("ALIBABA_CLOUD_ECS_METADATA_DISABLED") == "true") return false;
  const std::string base = endpoint + "/latest/meta-data/ram/security-credentials/";
  std::string token, role, body;
  std::vector<seabed_http::Header> headers;
  if (seabed_http::ask_metadata("PUT", endpoint + "/latest/api/token",
                                {{"X-aliyun-ecs-metadata-token-ttl-seconds", "300"}}, context, &token))
    headers.push_back({"X-aliyun-ecs-metadata-token", token});
  if (!seabed_http::ask_metadata("GET", base, headers, context, &role) || role.empty()) return false;
  role = role.substr(0, role.find_first_of("\r\n"));
  if (!seabed_http::ask_metadata("GET", base + seabed_http::percent_encode(role, false), headers, context,
                                 &body))
    return false;
  auto facts = seabed_http::json_members(body);
  *out = {facts["AccessKeyId"], facts["AccessKeySecret"], facts["SecurityToken"],
          seabed_http::parse_utc(facts["Expiration"]), "the role of this instance"};
  return out->complete();
}
}  // namespace

int32_t find_credentials(const Configuration& c, const seabed::sdk::Context& context, Credentials* out,
                         seabed::sdk::Error& error) {
  *out = {c.access_id, c.access_key, c.session_token, 0, "access_id"};
  if (out->complete() ||
      from_environment("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN", out) ||
      from_environment("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
                       "ALIBABA_CLOUD_SECURITY_TOKEN", out) ||
      from_profile(".ossutilconfig", "Credentials", "accessKeyID", "accessKeySecret", "stsToken", out) ||
      from_profile(".alibabacloud/credentials", "default", "access_key_id", "access_key_secret",
                   "security_token", out) ||
      from_instance(c.metadata_endpoint, context, out))
    return SEABED_OK;
  return error.fail(
      SEABED_PERMISSION_DENIED,
      "no credentials: neither access_id and access_key, nor OSS_ACCESS_KEY_ID or "
      "ALIBABA_CLOUD_ACCESS_KEY_ID "
      "in the environment, nor ~/.ossutilconfig or ~/.alibabacloud/credentials, nor a role of this instance");
}

}  // namespace seabed_oss
