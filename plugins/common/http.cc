#include "http.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <mutex>

namespace seabed_http {

namespace {
using seabed::sdk::Buffers;
using seabed::sdk::Context;
using seabed::sdk::Error;

/// A handle of curl with its kept connection.
struct Handle {
  CURL* curl = curl_easy_init();
  curl_socket_t socket =
      CURL_SOCKET_BAD;  // the newest; the connection's own but for races between IPv4 and IPv6
  ~Handle() { curl_easy_cleanup(curl); }
};

curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* to) {
  const int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  return static_cast<Handle*>(data)->socket = fd < 0 ? CURL_SOCKET_BAD : fd;
}

int close_socket(void* data, curl_socket_t fd) {
  auto& handle = *static_cast<Handle*>(data);
  if (handle.socket == fd) handle.socket = CURL_SOCKET_BAD;
  return close(fd);
}

/// A server without TCP_NODELAY (Ceph's default) holds an answer's body back until its header is
/// acknowledged, which Linux would do 40 ms later.
void acknowledge_now(const Handle& handle) {
  const int on = 1;
  if (handle.socket != CURL_SOCKET_BAD) setsockopt(handle.socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

struct Exchange {
  const Request* request;
  const Context* context;
  Response* response;
  Handle* handle;
  size_t buffer = 0, offset = 0;  // read position in the body
  bool too_large = false;
  bool header_whole = false;      // its empty line came: curl takes an answer that ends before for a whole one
  int sends = 0;

  bool success() const {
    long status = 0;
    curl_easy_getinfo(handle->curl, CURLINFO_RESPONSE_CODE, &status);
    return status / 100 == 2;
  }
};

size_t read_body(char* out, size_t, size_t room, void* data) {
  auto& x = *static_cast<Exchange*>(data);
  size_t done = 0;
  while (done < room && x.buffer < x.request->body.size()) {
    const seabed_buffer& from = x.request->body[x.buffer];
    const size_t n = std::min(room - done, from.size - x.offset);
    std::memcpy(out + done, static_cast<const char*>(from.data) + x.offset, n);
    done += n;
    x.offset += n;
    if (x.offset == from.size) {
      ++x.buffer;
      x.offset = 0;
    }
  }
  return done;
}

int seek_body(void* data, curl_off_t offset, int origin) {
  auto& x = *static_cast<Exchange*>(data);
  if (origin != SEEK_SET || offset != 0) return CURL_SEEKFUNC_CANTSEEK;
  x.buffer = x.offset = 0;
  return CURL_SEEKFUNC_OK;
}

size_t write_body(char* bytes, size_t, size_t size, void* data) {
  auto& x = *static_cast<Exchange*>(data);
  if (x.request->into != nullptr && x.success()) {
    x.too_large = size > x.request->into_size - x.response->into_used;
    if (x.too_large) return 0;
    std::memcpy(static_cast<char*>(x.request->into) + x.response->into_used, bytes, size);
    x.response->into_used += size;
    return size;
  }
  x.too_large = size > x.request->body_limit - std::min(x.request->body_limit, x.response->body.size());
  if (x.too_large) return 0;
  x.response->body.append(bytes, size);
  return size;
}

size_t take_header(char* bytes, size_t, size_t size, void* data) {
  auto& x = *static_cast<Exchange*>(data);
  std::string_view line(bytes, size);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    x.response->headers.clear();  // of a 100 Continue before it
    x.header_whole = false;
    acknowledge_now(*x.handle);
    return size;
  }
  x.header_whole |= line.empty();
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || x.response->headers.size() > 200) return size;
  Header header{std::string(line.substr(0, colon)), {}};
  for (char& c : header.name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  line.remove_prefix(colon + 1);
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  header.value = line;
  x.response->headers.push_back(std::move(header));
  return size;
}

int watch(void* data, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& x = *static_cast<const Exchange*>(data);
  return x.context->cancelled() || x.context->remaining_ns() == 0 ? 1 : 0;
}

/// curl sends again by itself when a kept connection dies before a byte of the answer came. What changes
/// something may have been done by then, so that it must not.
int before_send(void* data, char*, char*, int, int) {
  auto& x = *static_cast<Exchange*>(data);
  return ++x.sends > 1 && x.request->changes_something ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

bool nothing_was_sent(CURL* handle, CURLcode code) {
  if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
      code == CURLE_COULDNT_RESOLVE_PROXY)
    return true;
  long bytes = 0;
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes == 0;
}

bool refused_by_tls(CURLcode code, const char* text) {
  // What a server without TLS answers to a handshake.
  if (code == CURLE_SSL_CONNECT_ERROR)
    return std::strstr(text, "wrong version number") != nullptr ||
           std::strstr(text, "http request") != nullptr;
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_ISSUER_ERROR;
}

int32_t transport_error(const Exchange& x, CURLcode code, const char* detail, Error& error) {
  const char* text = detail[0] != 0 ? detail : curl_easy_strerror(code);
  if (x.too_large && !x.request->changes_something)
    return error.fail(SEABED_CORRUPTION, "the server's answer is longer than what was asked for");
  if (refused_by_tls(code, text)) return error.fail(SEABED_PERMISSION_DENIED, "TLS: %s", text);
  // The second code is also what curl says of an answer that is no HTTP.
  if (code == CURLE_URL_MALFORMAT || (code == CURLE_UNSUPPORTED_PROTOCOL && nothing_was_sent(x.handle->curl, code)))
    return error.fail(SEABED_INVALID_ARGUMENT, "the address is no URL: %s", text);
  const bool lost = x.request->changes_something && (x.sends > 1 || !nothing_was_sent(x.handle->curl, code));
  int32_t result = SEABED_UNAVAILABLE;
  if (x.context->cancelled())
    result = error.fail(SEABED_CANCELLED, "was cancelled");
  else if (x.context->remaining_ns() == 0 || code == CURLE_OPERATION_TIMEDOUT)
    result = error.fail(SEABED_TIMEOUT, SEABED_RETRY_TRANSIENT, "no answer in time: %s", text);
  else
    result = error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s", text);
  if (lost) error.outcome_unknown();
  return result;
}

void set_method(CURL* h, const Request& request) {
  if (request.method == "HEAD") {
    curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.has_body || !request.body.empty()) {
    curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(total_size(request.body)));
  }
  curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void set_callbacks(CURL* h, Exchange* x) {
  curl_easy_setopt(h, CURLOPT_READFUNCTION, read_body);
  curl_easy_setopt(h, CURLOPT_READDATA, x);
  curl_easy_setopt(h, CURLOPT_SEEKFUNCTION, seek_body);
  curl_easy_setopt(h, CURLOPT_SEEKDATA, x);
  curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, write_body);
  curl_easy_setopt(h, CURLOPT_WRITEDATA, x);
  curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(h, CURLOPT_HEADERDATA, x);
  curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, watch);
  curl_easy_setopt(h, CURLOPT_XFERINFODATA, x);
  curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, x->handle);
  curl_easy_setopt(h, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  curl_easy_setopt(h, CURLOPT_CLOSESOCKETDATA, x->handle);
  curl_easy_setopt(h, CURLOPT_PREREQFUNCTION, before_send);
  curl_easy_setopt(h, CURLOPT_PREREQDATA, x);
}

void set_transport(CURL* h, const ClientOptions& options, const Context& context) {
  curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(h, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(h, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(h, CURLOPT_BUFFERSIZE, 512L << 10);
  curl_easy_setopt(h, CURLOPT_UPLOAD_BUFFERSIZE, 512L << 10);
  curl_easy_setopt(h, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(h, CURLOPT_PROXY, options.proxy.c_str());  // "" also keeps the environment's away
  if (!options.ca_file.empty()) curl_easy_setopt(h, CURLOPT_CAINFO, options.ca_file.c_str());
  const uint64_t left = context.remaining_ns() / 1'000'000 + 1;
  constexpr uint64_t kLongest = 24ull * 3600 * 1000;
  curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, static_cast<long>(std::min(left, kLongest)));
  curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::min(left, options.connect_timeout_ms)));
}

void init_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}
}  // namespace

std::string_view Response::header(std::string_view name) const {
  for (const auto& header : headers)
    if (header.name == name) return header.value;
  return {};
}

struct Client::Impl {
  ClientOptions options;
  std::mutex mutex;
  std::vector<std::unique_ptr<Handle>> idle;

  std::unique_ptr<Handle> take() {
    std::lock_guard lock(mutex);
    if (idle.empty()) return std::make_unique<Handle>();
    auto handle = std::move(idle.back());
    idle.pop_back();
    return handle;
  }
  void give_back(std::unique_ptr<Handle> handle) {
    curl_easy_reset(handle->curl);
    std::lock_guard lock(mutex);
    if (idle.size() < options.max_idle) idle.push_back(std::move(handle));
  }
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>()) {
  init_library();
  impl_->options = std::move(options);
}

Client::~Client() = default;

int32_t Client::perform(const Request& request, const Context& context, Response* response, Error& error) {
  if (const int32_t code = context.check(error); code != SEABED_OK) return code;
  *response = Response{};
  auto handle = impl_->take();
  CURL* curl = handle->curl;
  if (curl == nullptr)
    return error.fail(SEABED_INTERNAL, SEABED_RETRY_TRANSIENT, "no HTTP handle can be made");
  Exchange x{&request, &context, response, handle.get()};
  char detail[CURL_ERROR_SIZE] = "";
  curl_slist* lines = curl_slist_append(nullptr, "Expect:");
  for (const auto& header : request.headers)
    lines =
        curl_slist_append(lines, (header.name + (header.value.empty() ? ";" : ": " + header.value)).c_str());
  set_transport(curl, impl_->options, context);
  set_method(curl, request);
  set_callbacks(curl, &x);
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK && !x.header_whole) code = CURLE_RECV_ERROR;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response->status);
  const int32_t result = code == CURLE_OK ? int32_t{SEABED_OK} : transport_error(x, code, detail, error);
  impl_->give_back(std::move(handle));
  curl_slist_free_all(lines);
  return result;
}

uint64_t total_size(Buffers buffers) {
  uint64_t sum = 0;
  for (const auto& buffer : buffers) sum += buffer.size;
  return sum;
}

}  // namespace seabed_http
