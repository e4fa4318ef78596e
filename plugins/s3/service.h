#pragma once
// One bucket over HTTP: addresses, signs and sends a request, and reads what an answer that is no success
// means.

#include <atomic>
#include <string>

#include "credentials.h"
#include "http.h"
#include "settings.h"
#include "sigv4.h"

namespace seabed_s3 {

using seabed::sdk::Buffers;
using seabed::sdk::Context;
using seabed::sdk::Error;
using seabed_http::Response;

struct Call {
  const char* method = "GET";
  std::string key;  // on the wire, prefix included; "" for the bucket itself
  Query query;
  std::vector<seabed_http::Header> headers;  // beside those of the signature
  Buffers body;
  bool has_body = false;
  bool bulk = false;     // the body is an object's: hashed only when the settings say so
  bool changes = false;  // the medium may be another afterwards
  void* into = nullptr;  // a 2xx body
  size_t into_size = 0;
  const char* what = "";  // for errors: "cannot be read"
};

/// Thread-safe.
class Service {
 public:
  explicit Service(Settings settings);
  const Settings& settings() const { return settings_; }

  /// SEABED_OK when an answer came, whatever its status.
  int32_t send(const Call& call, const Context& context, Response* response, Error& error);
  /// The error of an answer that is no success; never SEABED_OK.
  int32_t refuse(const Call& call, const Response& response, Error& error);
  /// send, and refuse what is not 2xx.
  int32_t run(const Call& call, const Context& context, Response* response, Error& error);
  /// Of a HEAD, whose answer has no words: asks again in a way that brings them.
  int32_t refuse_head(const Call& call, const Response& response, const Context& context, Error& error);

 private:
  void sign(const Call& call, const seabed_http::Credentials& who, const seabed_http::Address& address,
            std::vector<seabed_http::Header>* headers) const;

  const Settings settings_;
  seabed_http::Client client_;
  seabed_http::CredentialKeeper credentials_;
  std::atomic<bool> bucket_seen_{false};
};

}  // namespace seabed_s3
