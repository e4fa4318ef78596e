#include "configuration.h"

#include "options.h"

namespace seabed_oss {

namespace {
using seabed::sdk::Error;
using seabed::sdk::OpenArgs;
using seabed_http::key;

constexpr seabed_key kHost = key(
    "host", SEABED_KEY_TEXT, "endpoint, [https://]oss-cn-hangzhou.aliyuncs.com[:port]", SEABED_KEY_REQUIRED);
constexpr seabed_key kAccessId =
    key("access_id", SEABED_KEY_TEXT, "access key id; without it the standard chain");
constexpr seabed_key kAccessKey = key("access_key", SEABED_KEY_TEXT, "access key secret", SEABED_KEY_SECRET);
constexpr seabed_key kSessionToken =
    key("session_token", SEABED_KEY_TEXT, "token of temporary credentials (STS)", SEABED_KEY_SECRET);
constexpr seabed_key kSignature =
    key("signature_version", SEABED_KEY_CHOICE, "how requests are signed", 0, "v1", "v1|v4");
constexpr seabed_key kRegion =
    key("oss_region", SEABED_KEY_TEXT, "region of version 4 signatures; default: from the host name");
constexpr seabed_key kAddressing = key("addressing_model", SEABED_KEY_CHOICE, "where the bucket's name goes",
                                       0, "virtual_hosted_style", "virtual_hosted_style|path_style");
constexpr seabed_key kChecksum =
    key("checksum_type", SEABED_KEY_CHOICE, "md5: the service checks each body before it keeps it", 0, "md5",
        "no_checksum|md5");
constexpr seabed_key kWorm = key("enable_worm", SEABED_KEY_BOOLEAN, "not supported", 0, "false");
constexpr seabed_key kRoleArn = key("role_arn", SEABED_KEY_TEXT, "not supported");
constexpr seabed_key kExternalId = key("external_id", SEABED_KEY_TEXT, "not supported");
constexpr seabed_key kMetadata =
    key("metadata_endpoint", SEABED_KEY_TEXT, "where an ECS instance asks for the credentials of its role", 0,
        "http://100.100.100.200");

/// "oss-cn-hangzhou-internal.aliyuncs.com" -> "cn-hangzhou", "" for other names.
std::string region_of(const std::string& host) {
  const size_t dot = host.find('.');
  if (!host.starts_with("oss-") || dot == std::string::npos || !host.ends_with(".aliyuncs.com")) return {};
  std::string label = host.substr(4, dot - 4);
  for (const char* suffix : {"-internal", "-vpc"})
    if (label.ends_with(suffix)) label.resize(label.size() - std::string_view(suffix).size());
  return label;
}

int32_t refuse(const OpenArgs& args, Error& error) {
  if (std::strcmp(args.get("enable_worm", "false"), "true") == 0)
    return error.fail(SEABED_UNSUPPORTED,
                      "enable_worm is not supported: a bucket with a retention lock keeps the leases "
                      "and checkpoints that Seabed must replace and delete");
  if (args.get("role_arn", "")[0] != 0 || args.get("external_id", "")[0] != 0)
    return error.fail(SEABED_UNSUPPORTED,
                      "role_arn and external_id are not supported: take the role elsewhere and give "
                      "its access_id, access_key and session_token");
  return SEABED_OK;
}

int32_t read_credentials(const OpenArgs& args, Configuration* out, Error& error) {
  out->access_id = args.get("access_id", "");
  out->access_key = args.get("access_key", "");
  out->session_token = args.get("session_token", "");
  if (out->access_id.empty() != out->access_key.empty())
    return error.fail(SEABED_INVALID_ARGUMENT,
                      "access_id and access_key go together, one of them is missing");
  if (out->access_id.empty() && !out->session_token.empty())
    return error.fail(SEABED_INVALID_ARGUMENT, "session_token needs access_id and access_key");
  return SEABED_OK;
}

int32_t read_endpoint(const OpenArgs& args, Configuration* out, Error& error) {
  std::string why;
  if (!seabed_http::parse_endpoint(args.get("host", ""), &out->endpoint, &why) ||
      !seabed_http::split_location(args.location(), &out->place, &why))
    return error.fail(SEABED_INVALID_ARGUMENT, "%s", why.c_str());
  const bool path_style = std::strcmp(args.get("addressing_model", ""), "path_style") == 0;
  out->addressing = path_style ? seabed_http::Addressing::kPath : seabed_http::Addressing::kVirtualHosted;
  if (!path_style && out->endpoint.is_ip_address())
    return error.fail(SEABED_INVALID_ARGUMENT, "a host that is an address needs addressing_model=path_style");
  return SEABED_OK;
}
}  // namespace

const seabed_key* const kKeys[] = {&kHost,
                                   &kAccessId,
                                   &kAccessKey,
                                   &kSessionToken,
                                   &kSignature,
                                   &kRegion,
                                   &kAddressing,
                                   &kChecksum,
                                   &kWorm,
                                   &kRoleArn,
                                   &kExternalId,
                                   &kMetadata,
                                   &seabed_http::kCaFile,
                                   &seabed_http::kProxy,
                                   &seabed_http::kConnectTimeout,
                                   nullptr};

int32_t read_configuration(const OpenArgs& args, Configuration* out, Error& error) {
  if (const int32_t code = refuse(args, error)) return code;
  if (const int32_t code = read_endpoint(args, out, error)) return code;
  if (const int32_t code = read_credentials(args, out, error)) return code;
  if (const int32_t code = seabed_http::client_options(args, &out->client, error)) return code;
  out->send_md5 = std::strcmp(args.get("checksum_type", "md5"), "md5") == 0;
  out->metadata_endpoint = args.get("metadata_endpoint", "http://100.100.100.200");
  if (std::strcmp(args.get("signature_version", "v1"), "v4") == 0) out->signature = SignatureVersion::kV4;
  out->region = args.get("oss_region", region_of(out->endpoint.host).c_str());
  if (out->signature == SignatureVersion::kV4 && out->region.empty())
    return error.fail(SEABED_INVALID_ARGUMENT,
                      "signature_version=v4 needs oss_region, which this host name does not tell");
  return SEABED_OK;
}

}  // namespace seabed_oss
