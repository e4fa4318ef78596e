#pragma once
// One signed request to the bucket and what its answer means. Thread-safe; never retries.

#include <string>
#include <vector>

#include "configuration.h"
#include "credentials.h"
#include "http.h"
#include "signature.h"

namespace seabed_oss {

using seabed::sdk::Buffers;
using seabed::sdk::Context;
using seabed::sdk::Error;
using seabed_http::Response;

struct Call {
  std::string method;
  std::string key;  // with the destination's prefix; "": the bucket
  Query query;
  std::vector<seabed_http::Header> headers;  // names in lower case
  Buffers body;
  bool has_body = false;
  bool changes = false;  // a lost answer is outcome-unknown
  void* into = nullptr;  // room for the body of a success
  size_t into_size = 0;
  const char* what = "the request failed";  // for the error
};

class Service {
 public:
  explicit Service(Configuration configuration);
  const Configuration& configuration() const { return configuration_; }

  /// SEABED_OK when any answer came; refuse() tells what one other than a success means.
  int32_t send(const Call& call, const Context& context, Response* response, Error& error);
  int32_t refuse(const Call& call, Response& response, Error& error);
  /// send and refuse.
  int32_t run(const Call& call, const Context& context, Response* response, Error& error);
  /// Adds Content-MD5 of the body where checksum_type asks for it, or `always`.
  void add_md5(Call* call, bool always = false) const;

 private:
  Configuration configuration_;
  seabed_http::Client client_;
  seabed_http::CredentialKeeper credentials_;
};

}  // namespace seabed_oss
