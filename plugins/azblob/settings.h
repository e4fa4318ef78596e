#pragma once
// What a store is opened with: where the account is, and what proves who we are.

#include <string>

#include "endpoint.h"
#include "http.h"
#include "identity.h"
#include "options.h"

namespace seabed_azblob {

using seabed::sdk::Buffers;
using seabed::sdk::Context;
using seabed::sdk::Error;

inline constexpr uint32_t kMaxKey = 1024;   // bytes of prefix and key
inline constexpr uint32_t kMaxBatch = 256;  // deletions of one Blob Batch
inline constexpr uint32_t kMaxPage = 5000;  // names of one List Blobs
inline constexpr uint32_t kMaxTags = 10;
inline constexpr uint32_t kMaxParts = 49'999;    // 50,000 blocks; one marks the upload
inline constexpr uint64_t kMaxPut = 256u << 20;  // of one Put Blob here; the service takes more
inline constexpr uint64_t kMaxPart = 1u << 30;   // of one Put Block here; the service takes 4000 MiB
inline constexpr uint64_t kMaxAppend = 4u
                                       << 20;  // of one Append Block: what every version of the service takes

inline constexpr seabed_key kHost =
    seabed_http::key("host", SEABED_KEY_TEXT,
                     "endpoint: blob.core.windows.net, https://ACCOUNT.blob.core.windows.net, or "
                     "http://127.0.0.1:10000/ACCOUNT; default: by the account");
inline constexpr seabed_key kAccessId =
    seabed_http::key("access_id", SEABED_KEY_TEXT,
                     "storage account; default: AZURE_STORAGE_ACCOUNT or the connection string's");
inline constexpr seabed_key kAccessKey = seabed_http::key(
    "access_key", SEABED_KEY_TEXT,
    "key of the account in base64; default: AZURE_STORAGE_KEY or the connection string's", SEABED_KEY_SECRET);
inline constexpr seabed_key kSasToken = seabed_http::key(
    "sas_token", SEABED_KEY_TEXT,
    "shared access signature instead of a key; default: AZURE_STORAGE_SAS_TOKEN", SEABED_KEY_SECRET);
inline constexpr seabed_key kMetadataEndpoint =
    seabed_http::key("metadata_endpoint", SEABED_KEY_TEXT,
                     "where this machine's managed identity is asked for", 0, "http://169.254.169.254");
inline constexpr seabed_key kClientId = seabed_http::key(
    "client_id", SEABED_KEY_TEXT, "of a user-assigned managed identity; default: AZURE_CLIENT_ID");
inline constexpr seabed_key kChecksum =
    seabed_http::key("checksum_type", SEABED_KEY_CHOICE, "md5: the service checks what it receives", 0,
                     "no_checksum", "no_checksum|md5");
inline constexpr seabed_key kBatchDelete =
    seabed_http::key("batch_delete", SEABED_KEY_BOOLEAN, "false: blobs are deleted one by one", 0, "true");
inline constexpr seabed_key kRoleArn = seabed_http::key(
    "role_arn", SEABED_KEY_TEXT, "refused: Azure has no such roles; use access_key or sas_token");
inline constexpr seabed_key kExternalId =
    seabed_http::key("external_id", SEABED_KEY_TEXT, "refused, as role_arn is");
inline constexpr seabed_key kWorm =
    seabed_http::key("enable_worm", SEABED_KEY_BOOLEAN,
                     "true is refused: a retention policy would hinder appends and cleanup", 0, "false");
inline constexpr const seabed_key* kKeys[] = {&kHost,
                                              &kAccessId,
                                              &kAccessKey,
                                              &kSasToken,
                                              &kMetadataEndpoint,
                                              &kClientId,
                                              &kChecksum,
                                              &kBatchDelete,
                                              &kRoleArn,
                                              &kExternalId,
                                              &kWorm,
                                              &seabed_http::kCaFile,
                                              &seabed_http::kProxy,
                                              &seabed_http::kConnectTimeout,
                                              nullptr};

struct Settings {
  seabed_http::Endpoint endpoint;  // with the account in its host or its path
  seabed_http::Place place;        // container and prefix
  std::string account;
  std::string key;        // raw bytes; empty: the token is used
  std::string sas_token;  // without '?'
  Identity identity;      // asked when there is neither
  bool by_identity() const { return key.empty() && sas_token.empty(); }
  bool md5 = false, batch_delete = true;
  seabed_http::ClientOptions client;
};

int32_t read_settings(const seabed::sdk::OpenArgs& args, Settings* out, Error& error);

}  // namespace seabed_azblob
