#include "tools/agent/metrics_server.h"

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <mutex>
#include <thread>

#include "core/base/cancel.h"
#include "core/base/log.h"
#include "tools/config/observation.h"

namespace seabed {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr uint64_t kMaxRequest = 16 << 10;
constexpr auto kPatience = std::chrono::seconds(5);  // a stuck client holds the page no longer
constexpr char kType[] = "text/plain; version=0.0.4; charset=utf-8";

class TcpPage : public MetricsServer {
 public:
  explicit TcpPage(std::function<std::string()> page) : page_(std::move(page)), acceptor_(io_) {}

  ~TcpPage() override {
    stop_.cancel();
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // wakes accept()
    {
      std::lock_guard lock(mutex_);
      if (client_ >= 0) ::shutdown(client_, SHUT_RDWR);
    }
    if (thread_.joinable()) thread_.join();
  }

  Status listen(const HostPort& place) {
    boost::system::error_code error;
    tcp::resolver resolver(io_);
    const auto found = resolver.resolve(place.host, std::to_string(place.port), error);
    if (error || found.empty()) return failed(place, "cannot be resolved: " + error.message());
    const tcp::endpoint endpoint = *found.begin();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(16, error);
    if (error) return failed(place, "cannot listen: " + error.message());
    port_ = acceptor_.local_endpoint(error).port();
    thread_ = std::thread([this] { serve_all(); });
    return ok();
  }

  uint16_t port() const override { return port_; }

 private:
  static tl::unexpected<Error> failed(const HostPort& place, const std::string& reason) {
    return fail(Code::kIo, "[metrics] listen " + place.host + ":" + std::to_string(place.port), reason);
  }

  void serve_all() {
    while (!stop_.cancelled()) {
      boost::system::error_code error;
      tcp::socket socket(io_);
      acceptor_.accept(socket, error);
      if (error) {
        stop_.wait_for(std::chrono::milliseconds(100));  // out of descriptors, perhaps
        continue;
      }
      set_client(socket.native_handle());
      if (!stop_.cancelled()) serve(std::move(socket));
      set_client(-1);
    }
  }

  void set_client(int fd) {
    std::lock_guard lock(mutex_);
    client_ = fd;
  }

  /// Beast bounds asynchronous calls only, so these are, one at a time.
  void serve(tcp::socket socket) {
    beast::tcp_stream stream(std::move(socket));
    stream.expires_after(kPatience);
    beast::flat_buffer buffer;
    http::request_parser<http::string_body> request;
    request.header_limit(kMaxRequest);
    request.body_limit(kMaxRequest);
    boost::system::error_code error;
    auto note = [&](boost::system::error_code e, size_t) { error = e; };
    http::async_read(stream, buffer, request, note);
    run();
    if (error) return;
    auto response = respond(request.get());
    stream.expires_after(kPatience);
    http::async_write(stream, response, note);
    run();
    stream.socket().shutdown(tcp::socket::shutdown_both, error);
  }

  void run() {
    io_.restart();
    io_.run();
  }

  http::response<http::string_body> respond(const http::request<http::string_body>& request) {
    const bool known = request.target() == "/metrics";
    const bool get = request.method() == http::verb::get;
    const auto status = !known ? http::status::not_found
                        : get  ? http::status::ok
                               : http::status::method_not_allowed;
    http::response<http::string_body> response(status, request.version());
    response.set(http::field::content_type, known ? kType : "text/plain");
    response.keep_alive(false);
    response.body() = status == http::status::ok ? page_() : "the metrics are at /metrics\n";
    response.prepare_payload();
    return response;
  }

  std::function<std::string()> page_;
  CancelToken stop_;
  asio::io_context io_;
  tcp::acceptor acceptor_;
  uint16_t port_ = 0;
  std::mutex mutex_;
  int client_ = -1;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<MetricsServer>> MetricsServer::start(const std::string& listen,
                                                            std::function<std::string()> page) {
  SEABED_TRY(const HostPort place, parse_host_port(listen));
  auto server = std::make_unique<TcpPage>(std::move(page));
  SEABED_CHECK(server->listen(place));
  return server;
}

}  // namespace seabed
