#include "settings.h"

#include <cstring>
#include <map>

#include "credentials.h"
#include "digest.h"

namespace seabed_azblob {

namespace {
using seabed::sdk::OpenArgs;
using seabed_http::environment;

/// "AccountName=a;AccountKey=…;BlobEndpoint=…": values may hold '='.
std::map<std::string, std::string> connection_string() {
  std::map<std::string, std::string> out;
  const std::string text = environment("AZURE_STORAGE_CONNECTION_STRING");
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(';', at), text.size());
    const std::string item = text.substr(at, end - at);
    if (const size_t equals = item.find('='); equals != std::string::npos)
      out[item.substr(0, equals)] = item.substr(equals + 1);
    at = end + 1;
  }
  return out;
}

struct Given {
  std::string account, key, sas, endpoint;
};

/// What the destination says, else the environment's variables, else its connection string. A secret is taken
/// from one of the three only, never mixed with another's account.
Given gather(const OpenArgs& args) {
  Given out{args.get("access_id", ""), args.get("access_key", ""), args.get("sas_token", ""),
            args.get("host", "")};
  if (!out.key.empty() || !out.sas.empty()) return out;
  const std::string account = environment("AZURE_STORAGE_ACCOUNT");
  if (out.account.empty() || out.account == account) {
    out.key = environment("AZURE_STORAGE_KEY");
    out.sas = out.key.empty() ? environment("AZURE_STORAGE_SAS_TOKEN") : "";
    if (!out.key.empty() || !out.sas.empty()) {
      out.account = account;
      return out;
    }
  }
  auto words = connection_string();
  if (!out.account.empty() && words["AccountName"] != out.account) return out;
  if (out.account.empty() && words["AccountName"].empty() && !account.empty()) {
    out.account = account;   // for a managed identity
    return out;
  }
  out.account = words["AccountName"];
  out.key = words["AccountKey"];
  out.sas = out.key.empty() ? words["SharedAccessSignature"] : "";
  if (out.endpoint.empty()) out.endpoint = words["BlobEndpoint"];
  const std::string suffix = words["EndpointSuffix"].empty() ? "core.windows.net" : words["EndpointSuffix"];
  if (out.endpoint.empty() && !out.account.empty())
    out.endpoint = "https://" + out.account + ".blob." + suffix;
  return out;
}

int32_t refuse_foreign(const OpenArgs& args, Error& error) {
  if (args.get("role_arn", "")[0] != 0 || args.get("external_id", "")[0] != 0)
    return error.fail(SEABED_UNSUPPORTED,
                      "role_arn and external_id do not exist on Azure: use access_id with access_key, "
                      "or sas_token");
  if (std::strcmp(args.get("enable_worm", "false"), "true") == 0)
    return error.fail(SEABED_UNSUPPORTED,
                      "enable_worm is refused on Azure: a container under a retention policy takes "
                      "neither appends nor cleanup");
  return SEABED_OK;
}

/// The account into the host ("blob.core.windows.net") or the path (an address), where it is not there yet.
void place_account(Settings* out) {
  auto& at = out->endpoint;
  if (!at.path.empty() || out->account.empty()) return;
  if (at.is_ip_address())
    at.path = "/" + out->account;
  else if (at.host.starts_with("blob."))
    at.host = out->account + "." + at.host;
}

bool plausible_account(const std::string& name) {
  return name.size() <= 63 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

int32_t take_secret(const Given& given, Settings* out, Error& error) {
  out->sas_token = given.sas.starts_with("?") ? given.sas.substr(1) : given.sas;
  for (const char c : out->sas_token)
    if (c <= ' ' || c == 0x7f || c == '#')
      return error.fail(SEABED_INVALID_ARGUMENT, "the sas_token is no query string");
  if (!given.key.empty()) {
    const auto raw = seabed_http::base64_decode(given.key);
    if (!raw || raw->empty()) return error.fail(SEABED_INVALID_ARGUMENT, "the access_key is no base64 text");
    if (out->account.empty())
      return error.fail(SEABED_INVALID_ARGUMENT, "access_key needs access_id, the account's name");
    out->key = *raw;
  }
  if (!out->key.empty() && !out->sas_token.empty())
    return error.fail(SEABED_INVALID_ARGUMENT, "access_key and sas_token are both given: give one");
  if (out->by_identity() && out->account.empty())
    return error.fail(SEABED_INVALID_ARGUMENT,
                      "there are no credentials: give access_id and access_key, or sas_token, or set "
                      "AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY, or AZURE_STORAGE_CONNECTION_STRING; the account "
                      "alone (access_id) is enough where this machine has a managed identity");
  return SEABED_OK;
}

int32_t read_identity(const OpenArgs& args, Settings* out, Error& error) {
  if (!out->by_identity()) return SEABED_OK;
  out->identity.client_id = args.get("client_id", "");
  if (out->identity.client_id.empty()) out->identity.client_id = environment("AZURE_CLIENT_ID");
  seabed_http::Endpoint at;
  std::string why;
  if (!seabed_http::parse_endpoint(args.get("metadata_endpoint", "http://169.254.169.254"), &at, &why))
    return error.fail(SEABED_INVALID_ARGUMENT, "metadata_endpoint: %s", why.c_str());
  out->identity.endpoint = std::string(at.scheme()) + "://" + at.authority() + at.path;
  out->batch_delete = false;   // each deletion of a batch would carry the token
  if (!out->endpoint.https)
    return error.fail(SEABED_INVALID_ARGUMENT,
                      "there are no credentials but this machine's identity, whose token is not sent over plain http: "
                      "give access_key or sas_token, or a host with https");
  return SEABED_OK;
}
}  // namespace

int32_t read_settings(const OpenArgs& args, Settings* out, Error& error) {
  if (const int32_t code = refuse_foreign(args, error)) return code;
  if (const int32_t code = seabed_http::client_options(args, &out->client, error)) return code;
  out->md5 = std::strcmp(args.get("checksum_type", "no_checksum"), "md5") == 0;
  out->batch_delete = std::strcmp(args.get("batch_delete", "true"), "true") == 0;
  const Given given = gather(args);
  out->account = given.account;
  if (!plausible_account(out->account))
    return error.fail(SEABED_INVALID_ARGUMENT, "access_id is no name of an account");
  if (const int32_t code = take_secret(given, out, error)) return code;
  std::string why;
  if (!seabed_http::split_location(args.location(), &out->place, &why))
    return error.fail(SEABED_INVALID_ARGUMENT, "%s: write azblob://container/path", why.c_str());
  std::string host = given.endpoint;
  if (host.empty() && !out->account.empty()) host = "https://" + out->account + ".blob.core.windows.net";
  if (host.empty()) return error.fail(SEABED_INVALID_ARGUMENT, "host is missing, and no account tells it");
  if (!seabed_http::parse_endpoint(host, &out->endpoint, &why))
    return error.fail(SEABED_INVALID_ARGUMENT, "%s", why.c_str());
  place_account(out);
  return read_identity(args, out, error);
}

}  // namespace seabed_azblob
