#pragma once
// One request to the blob service: its URL, its signature, its answer.

#include "answer.h"
#include "settings.h"
#include "shared_key.h"

namespace seabed_azblob {

struct Call {
  std::string method = "GET";
  std::string key;  // "": the container
  Query query;
  std::vector<seabed_http::Header> headers;
  Buffers body;
  void* into = nullptr;  // where a 2xx answer's bytes go
  size_t into_size = 0;
  bool changes_something = false;  // sending it twice is not the same as once
};

/// Thread-safe.
class Service {
 public:
  explicit Service(Settings settings)
      : settings_(std::move(settings)),
        client_(settings_.client),
        identity_([this](const Context& context, seabed_http::Credentials* out, Error& error) {
          return find_identity(settings_.identity, context, out, error);
        }) {}
  const Settings& settings() const { return settings_; }

  /// SEABED_OK when an answer came, whatever its status.
  int32_t send(const Call& call, const Context& context, seabed_http::Response* response, Error& error);
  /// SEABED_OK for a 2xx answer; else what its status and code mean, `what` being the sentence's subject.
  int32_t perform(const Call& call, const char* what, const Context& context, seabed_http::Response* response,
                  Error& error);
  int32_t fail(const Call& call, const seabed_http::Response& response, const char* what, Error& error) const;

  /// A deletion within a Blob Batch: its request line and headers.
  std::string batch_delete(const std::string& key) const;

 private:
  seabed_http::Address address(const std::string& key) const;
  std::string url_query(const Query& query) const;
  void authorize(const std::string& method, const std::string& path, const Query& query, uint64_t size,
                 std::vector<seabed_http::Header>* headers) const;

  const Settings settings_;
  seabed_http::Client client_;
  seabed_http::CredentialKeeper identity_;
};

/// The service's word: <Code> of the body, or x-ms-error-code.
std::string error_code(const seabed_http::Response& response);

}  // namespace seabed_azblob
