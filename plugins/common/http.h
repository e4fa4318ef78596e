#pragma once
// The one HTTP client of the drivers, over libcurl: connections are kept, answers bounded, deadlines and
// cancel obeyed. It never retries and never follows a redirect: the host owns retries, the driver reads the
// status.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "seabed/store.hpp"

namespace seabed_http {

struct Header {
  std::string name, value;
};

struct ClientOptions {
  std::string ca_file;  // PEM; empty: the system's
  std::string proxy;    // empty: none, the environment's is not read
  std::string user_agent = "seabed";
  uint64_t connect_timeout_ms = 10'000;
  uint32_t max_idle = 32;  // handles (with their connections) kept for later
};

struct Request {
  std::string method = "GET";
  std::string url;  // whole, already percent-encoded
  std::vector<Header> headers;
  seabed::sdk::Buffers body;  // kept alive by the caller
  bool has_body = false;      // PUT and POST of zero bytes have one
  /// A 2xx answer's body goes here when set; more than `into_size` bytes is an error.
  void* into = nullptr;
  size_t into_size = 0;
  size_t body_limit = 16u << 20;  // of an answer kept in Response::body
  /// False for requests that may be sent twice without harm: a lost answer then is transient, not
  /// outcome-unknown.
  bool changes_something = false;
};

struct Response {
  long status = 0;
  std::vector<Header> headers;  // names in lower case
  std::string body;
  size_t into_used = 0;
  /// Value of the first header of that lower-case name, or "".
  std::string_view header(std::string_view name) const;
};

/// Thread-safe; requests of several threads run in parallel.
class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;

  /// SEABED_OK when an answer came, whatever its status. Else: SEABED_UNAVAILABLE (nothing was sent, or
  /// nothing is changed by sending again), SEABED_TIMEOUT, SEABED_CANCELLED, SEABED_PERMISSION_DENIED (TLS
  /// refused), or SEABED_UNAVAILABLE with retry class outcome-unknown when a changing request was sent and
  /// its answer is lost.
  int32_t perform(const Request& request, const seabed::sdk::Context& context, Response* response,
                  seabed::sdk::Error& error);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// RFC 3986: everything but unreserved characters; '/' too unless `keep_slash`.
std::string percent_encode(std::string_view text, bool keep_slash);
/// "Sun, 06 Nov 1994 08:49:37 GMT" of seconds since the epoch.
std::string http_date(int64_t seconds);
/// Nanoseconds since the epoch of an HTTP date, 0 when it is none.
uint64_t parse_http_date(std::string_view text);
/// Value of a Retry-After header (seconds or a date) in milliseconds, 0 when absent, at most ten minutes.
uint32_t retry_after_ms(std::string_view value);
uint64_t total_size(seabed::sdk::Buffers buffers);

}  // namespace seabed_http
