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
int32_t from_instance(const std::string& endpoint, const seabed::sdk::Context& context, Credentials* out,
                      seabed::sdk::Error& error) {
  if (endpoint.empty() || environment("ALIBABA_CLOUD_ECS_METADATA_DISABLED") == "true") return SEABED_NOT_FOUND;
  constexpr const char* kSource = "the metadata service of this instance";
  std::string answer;
  std::vector<seabed_http::Header> headers = {{"X-aliyun-ecs-metadata-token-ttl-seconds", "300"}};
  const auto ask = [&](const char* method, const std::string& path) {
    return seabed_http::ask_metadata(kSource, method, endpoint + path, headers, context, &answer, error);
  };
  const int32_t hardened = ask("PUT", "/latest/api/token");
  if (hardened != SEABED_OK && hardened != SEABED_NOT_FOUND) return hardened;
  headers.clear();   // without a token where it has none to give
  if (hardened == SEABED_OK) headers.push_back({"X-aliyun-ecs-metadata-token", answer});
  const std::string path = "/latest/meta-data/ram/security-credentials/";
  if (const int32_t code = ask("GET", path)) return code;
  const std::string role = answer.substr(0, answer.find_first_of("\r\n"));
  if (role.empty()) return SEABED_NOT_FOUND;
  if (const int32_t code = ask("GET", path + seabed_http::percent_encode(role, false))) return code;
  auto facts = seabed_http::json_members(answer);
  *out = {facts["AccessKeyId"], facts["AccessKeySecret"], facts["SecurityToken"],
          seabed_http::parse_utc(facts["Expiration"]), "the role of this instance"};
  if (out->complete()) return SEABED_OK;
  return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s answered without credentials", kSource);
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
                   "security_token", out))
    return SEABED_OK;
  if (const int32_t code = from_instance(c.metadata_endpoint, context, out, error); code != SEABED_NOT_FOUND)
    return code;
  return error.fail(
      SEABED_PERMISSION_DENIED,
      "no credentials: neither access_id and access_key, nor OSS_ACCESS_KEY_ID or "
      "ALIBABA_CLOUD_ACCESS_KEY_ID "
      "in the environment, nor ~/.ossutilconfig or ~/.alibabacloud/credentials, nor a role of this instance");
}

}  // namespace seabed_oss
