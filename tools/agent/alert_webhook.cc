// The webhook of [alert].
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "tools/agent/alert_delivery.h"
#include "tools/config/observation.h"

namespace seabed {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr uint64_t kMaxAnswer = 64 << 10;

/// One request with one deadline over all of it.
class Post {
 public:
  Post(const HttpUrl& url, const std::string& json) : url_(url), request_(http::verb::post, url.path, 11) {
    request_.set(http::field::host, url.host + ":" + std::to_string(url.port));
    request_.set(http::field::user_agent, "seabed");
    request_.set(http::field::content_type, "application/json");
    request_.keep_alive(false);
    request_.body() = json;
    request_.prepare_payload();
    parser_.body_limit(kMaxAnswer);
  }

  Status run(std::chrono::milliseconds timeout) {
    resolver_.async_resolve(url_.host, std::to_string(url_.port), [&](auto error, auto found) {
      if (note(error)) return;
      stream_.expires_after(timeout);
      stream_.async_connect(found, [&](auto error, auto&&) {
        if (note(error)) return;
        http::async_write(stream_, request_, [&](auto error, size_t) {
          if (note(error)) return;
          http::async_read(stream_, buffer_, parser_, [&](auto error, size_t) { note(error); });
        });
      });
    });
    io_.run_for(timeout * 2);
    io_.stop();
    const std::string where = "alert webhook at " + url_.host + ":" + std::to_string(url_.port);
    if (error_) return fail(Code::kUnavailable, where, error_.message());
    if (!parser_.is_done()) return fail(Code::kTimeout, where, "did not answer in time");
    const unsigned status = parser_.get().result_int();
    return status / 100 == 2 ? ok() : fail(Code::kUnavailable, where, "answered " + std::to_string(status));
  }

 private:
  bool note(boost::system::error_code error) { return (error_ = error).failed(); }

  HttpUrl url_;
  asio::io_context io_;
  asio::ip::tcp::resolver resolver_{io_};
  beast::tcp_stream stream_{io_};
  http::request<http::string_body> request_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
  boost::system::error_code error_;
};

}  // namespace

Status post_alert(const std::string& url, const std::string& json, std::chrono::milliseconds timeout) {
  SEABED_TRY(const HttpUrl where, parse_http_url(url));
  return Post(where, json).run(timeout);
}

}  // namespace seabed
