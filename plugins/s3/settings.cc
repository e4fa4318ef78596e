#include "settings.h"

#include "options.h"

namespace seabed_s3 {

namespace {
using seabed::sdk::Error;
using seabed::sdk::OpenArgs;
using seabed_http::key;

constexpr seabed_key kHost =
    key("host", SEABED_KEY_TEXT, "endpoint without the bucket, https:// unless it says http://",
        SEABED_KEY_REQUIRED);
constexpr seabed_key kAccessId =
    key("access_id", SEABED_KEY_TEXT, "access key id; without: the credential chain", SEABED_KEY_SECRET);
constexpr seabed_key kAccessKey = key("access_key", SEABED_KEY_TEXT, "secret access key", SEABED_KEY_SECRET);
constexpr seabed_key kSessionToken =
    key("session_token", SEABED_KEY_TEXT, "token of temporary credentials", SEABED_KEY_SECRET);
constexpr seabed_key kRegion =
    key("s3_region", SEABED_KEY_TEXT, "region in the signature; AWS needs the right one");
constexpr seabed_key kAppId =
    key("appid", SEABED_KEY_TEXT, "cos only: the account's number, part of the bucket's name");
constexpr seabed_key kAddressing =
    key("addressing_model", SEABED_KEY_CHOICE, "bucket.host/key, or host/bucket/key", 0,
        "virtual_hosted_style", "virtual_hosted_style|path_style");
constexpr seabed_key kChecksum =
    key("checksum_type", SEABED_KEY_CHOICE, "what a write is checked by on arrival", 0, "no_checksum",
        "no_checksum|md5|crc32");
constexpr seabed_key kPayload =
    key("payload_signing", SEABED_KEY_CHOICE, "SHA-256 of objects in the signature; auto: over plain http", 0,
        "auto", "auto|always|never");
constexpr seabed_key kConditional =
    key("conditional_put", SEABED_KEY_BOOLEAN,
        "does a PUT with If-None-Match: * fail when the key is there; default by scheme");
constexpr seabed_key kRoleArn =
    key("role_arn", SEABED_KEY_TEXT, "role to assume through STS, without access_id");
constexpr seabed_key kExternalId = key("external_id", SEABED_KEY_TEXT, "second factor of role_arn");
constexpr seabed_key kStsHost =
    key("sts_host", SEABED_KEY_TEXT, "endpoint of STS; default https://sts.<region>.amazonaws.com");
constexpr seabed_key kWorm = key("enable_worm", SEABED_KEY_BOOLEAN, "not supported on S3", 0, "false");

std::string region_of(const Profile& profile, const std::string& host) {
  if (profile.region_before == nullptr) return profile.default_region;
  const std::string before = profile.region_before, after = profile.region_after;
  if (!host.starts_with(before) || !host.ends_with(after) || host.size() <= before.size() + after.size())
    return profile.default_region;
  return host.substr(before.size(), host.size() - before.size() - after.size());
}

int32_t read_place(const OpenArgs& args, Settings* out, Error& error) {
  std::string why;
  if (!seabed_http::split_location(args.location(), &out->place, &why) ||
      !seabed_http::parse_endpoint(args.get("host", ""), &out->endpoint, &why))
    return error.fail(SEABED_INVALID_ARGUMENT, "%s", why.c_str());
  const std::string appid = args.get("appid", "");
  if (appid.empty() == out->profile->needs_appid)
    return error.fail(SEABED_INVALID_ARGUMENT,
                      appid.empty() ? "cos:// needs appid" : "appid is for cos:// alone");
  if (!appid.empty() && !out->place.bucket.ends_with("-" + appid)) out->place.bucket += "-" + appid;
  if (std::string(args.get("addressing_model", "")) == "path_style")
    out->addressing = seabed_http::Addressing::kPath;
  if (out->addressing == seabed_http::Addressing::kVirtualHosted && out->endpoint.is_ip_address())
    return error.fail(SEABED_INVALID_ARGUMENT,
                      "the host is an address, before which no bucket can stand: give a name, or "
                      "addressing_model=path_style");
  return SEABED_OK;
}

int32_t read_credentials(const OpenArgs& args, Settings* out, Error& error) {
  out->access_id = args.get("access_id", "");
  out->access_key = args.get("access_key", "");
  out->session_token = args.get("session_token", "");
  out->role_arn = args.get("role_arn", "");
  out->external_id = args.get("external_id", "");
  out->sts_host = args.get("sts_host", "");
  if (out->access_id.empty() != out->access_key.empty())
    return error.fail(SEABED_INVALID_ARGUMENT,
                      "access_id and access_key go together: one of them is missing");
  if (!out->session_token.empty() && out->access_id.empty())
    return error.fail(SEABED_INVALID_ARGUMENT, "session_token needs access_id and access_key");
  if (!out->role_arn.empty() && !out->access_id.empty())
    return error.fail(SEABED_INVALID_ARGUMENT, "role_arn and access_id exclude each other");
  if (out->role_arn.empty() && (!out->external_id.empty() || !out->sts_host.empty()))
    return error.fail(SEABED_INVALID_ARGUMENT, "external_id and sts_host need role_arn");
  if (!out->role_arn.empty() && out->profile != profile_of("s3"))
    return error.fail(SEABED_UNSUPPORTED, "role_arn works through AWS's STS, on s3:// alone");
  return SEABED_OK;
}

int32_t read_conduct(const OpenArgs& args, Settings* out, Error& error) {
  const std::string checksum = args.get("checksum_type", "no_checksum"),
                    payload = args.get("payload_signing", "auto");
  out->checksum = checksum == "md5"     ? Checksum::kMd5
                  : checksum == "crc32" ? Checksum::kCrc32
                                        : Checksum::kNone;
  out->sign_payload = payload == "always" || (payload == "auto" && !out->endpoint.https);
  const char* by_scheme = out->profile->if_absent_name != nullptr ? "true" : "false";
  out->conditional_put = std::string(args.get("conditional_put", by_scheme)) == "true";
  if (std::string(args.get("enable_worm", "false")) == "true")
    return error.fail(
        SEABED_UNSUPPORTED,
        "enable_worm is not supported on S3: a bucket with object lock keeps versions of what is written "
        "again, and cleanup could not delete; use a bucket without lock, or oss://");
  return SEABED_OK;
}
}  // namespace

const seabed_key* const kKeys[] = {&kHost,
                                   &kAccessId,
                                   &kAccessKey,
                                   &kSessionToken,
                                   &kRegion,
                                   &kAppId,
                                   &kAddressing,
                                   &kChecksum,
                                   &kPayload,
                                   &kConditional,
                                   &kRoleArn,
                                   &kExternalId,
                                   &kStsHost,
                                   &kWorm,
                                   &seabed_http::kCaFile,
                                   &seabed_http::kProxy,
                                   &seabed_http::kConnectTimeout,
                                   nullptr};

int32_t read_settings(const OpenArgs& args, Settings* out, Error& error) {
  out->profile = profile_of(args.scheme());
  if (out->profile == nullptr)
    return error.fail(SEABED_INVALID_ARGUMENT, "the scheme is none of s3, cos, obs, gs");
  if (const int32_t code = read_place(args, out, error)) return code;
  if (const int32_t code = read_credentials(args, out, error)) return code;
  if (const int32_t code = read_conduct(args, out, error)) return code;
  out->region = args.get("s3_region", "");
  if (out->region.empty()) out->region = region_of(*out->profile, out->endpoint.host);
  return seabed_http::client_options(args, &out->client, error);
}

}  // namespace seabed_s3
