#include "identity.h"

#include <cstdlib>

namespace seabed_azblob {

namespace {
using seabed_http::environment;

struct Question {
  std::string url;
  std::vector<seabed_http::Header> headers;
};

Question question(const Identity& identity) {
  const std::string resource = "&resource=" + seabed_http::percent_encode("https://storage.azure.com/", false);
  const std::string who =
      identity.client_id.empty() ? "" : "&client_id=" + seabed_http::percent_encode(identity.client_id, false);
  const std::string endpoint = environment("IDENTITY_ENDPOINT"), header = environment("IDENTITY_HEADER");
  if (!endpoint.empty() && !header.empty())
    return {endpoint + "?api-version=2019-08-01" + resource + who, {{"X-IDENTITY-HEADER", header}}};
  return {identity.endpoint + "/metadata/identity/oauth2/token?api-version=2018-02-01" + resource + who,
          {{"Metadata", "true"}}};
}

/// Nothing but what a header may hold.
bool is_token(const std::string& text) {
  for (const char c : text)
    if (c <= ' ' || c >= 0x7f) return false;
  return !text.empty();
}
}  // namespace

int32_t find_identity(const Identity& identity, const seabed::sdk::Context& context, seabed_http::Credentials* out,
                      seabed::sdk::Error& error) {
  constexpr uint64_t kSecond = 1'000'000'000, kShort = 600;
  const Question ask = question(identity);
  std::string body;
  constexpr const char* kSource = "the identity service of this machine";
  const int32_t code = seabed_http::ask_metadata(kSource, "GET", ask.url, ask.headers, context, &body, error);
  if (code == SEABED_OK) {
    auto facts = seabed_http::json_members(body);
    const uint64_t expires = std::strtoull(facts["expires_on"].c_str(), nullptr, 10) * kSecond;
    *out = {"managed identity", facts["access_token"], "",
            expires != 0 ? expires : seabed_http::wall_clock_ns() + kShort * kSecond, "the managed identity"};
    if (is_token(out->access_key)) return SEABED_OK;
    return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s answered without a token", kSource);
  }
  if (code != SEABED_NOT_FOUND) return code;
  return error.fail(SEABED_PERMISSION_DENIED,
                    "no credentials: neither access_key nor sas_token, nor AZURE_STORAGE_KEY, "
                    "AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING for this account, nor a managed "
                    "identity of this machine");
}

}  // namespace seabed_azblob
