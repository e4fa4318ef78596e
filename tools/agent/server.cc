#include "tools/agent/server.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <filesystem>
#include <list>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "core/base/fd.h"
#include "core/base/log.h"

namespace seabed {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Local = asio::local::stream_protocol;

constexpr uint64_t kMaxRequest = 1 << 20;
constexpr size_t kMaxConnections = 64;
constexpr ptrdiff_t kMaxOfOneUser = 16;
constexpr int kStrangerMs = 500;
constexpr std::string_view kPrefix = "/v1/";

class UnixServer : public Server {
 public:
  UnixServer(std::string path, ServerCalls calls)
      : path_(std::move(path)), calls_(std::move(calls)), acceptor_(io_) {}

  ~UnixServer() override {
    stopping_ = true;
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // wakes accept()
    if (thread_.joinable()) thread_.join();
    {
      std::lock_guard lock(mutex_);
      for (auto& connection : connections_) ::shutdown(connection.socket.native_handle(), SHUT_RDWR);
    }
    for (auto& connection : connections_) connection.thread.join();
    ::unlink(path_.c_str());
  }

  Status open_to(const SocketAccess& access) override {
    if (access.group && ::lchown(path_.c_str(), static_cast<uid_t>(-1), *access.group) != 0)
      return fail_errno(path_, "cannot be given to its group", errno);
    if (::chmod(path_.c_str(), access.mode) != 0) return fail_errno(path_, "cannot set its mode", errno);
    return ok();
  }

  Status listen(const SocketAccess& access) {
    SEABED_CHECK(make_directories(std::filesystem::path(path_).parent_path()));
    struct stat st;
    if (::lstat(path_.c_str(), &st) == 0 && !S_ISSOCK(st.st_mode))
      return fail(Code::kConflict, path_, "is there and is no socket", "give another socket in [agent]");
    ::unlink(path_.c_str());
    boost::system::error_code error;
    acceptor_.open(Local(), error);
    mode_t mask = ::umask(0177);
    if (!error) acceptor_.bind(Local::endpoint(path_), error);
    ::umask(mask);
    if (!error) acceptor_.listen(64, error);
    if (error) return fail(Code::kIo, path_, "cannot listen: " + error.message());
    SEABED_CHECK(open_to(access));
    thread_ = std::thread([this] { accept_all(); });
    return ok();
  }

 private:
  struct Connection {
    Connection(Local::socket s, Peer p) : socket(std::move(s)), peer(std::move(p)) {}
    Local::socket socket;
    const Peer peer;
    std::thread thread;
    std::atomic<bool> done = false;
  };

  void accept_all() {
    while (!stopping_) {
      boost::system::error_code error;
      Local::socket socket(io_);
      acceptor_.accept(socket, error);
      if (stopping_) return;
      if (error) {
        log::warn("socket {}: {}", path_, error.message());
        std::this_thread::sleep_for(std::chrono::milliseconds(100));  // out of descriptors, perhaps
        continue;
      }
      add(std::move(socket));
    }
  }

  void add(Local::socket socket) {
    std::lock_guard lock(mutex_);
    connections_.remove_if([](Connection& c) { return c.done ? (c.thread.join(), true) : false; });
    const auto peer = peer_of(socket.native_handle());
    if (!peer) return log::warn("socket {}: {}", path_, peer.error().message());
    if (connections_.size() >= kMaxConnections || has_many(peer->uid)) return;  // closes it
    Connection& connection = connections_.emplace_back(std::move(socket), *peer);
    connection.thread = std::thread([this, &connection] {
      serve(connection);
      connection.done = true;
    });
  }

  /// One user must not keep the others out.
  bool has_many(uint32_t uid) const {
    const auto same = std::count_if(connections_.begin(), connections_.end(),
                                    [&](const Connection& c) { return c.peer.uid == uid; });
    return uid != 0 && uid != ::geteuid() && same >= kMaxOfOneUser;
  }

  void serve(Connection& connection) {
    if (const Status in = calls_.admit("a connection", connection.peer); in)
      serve(connection.socket, connection.peer);
    else
      turn_away(connection.socket.native_handle(), connection.peer);
    ::shutdown(connection.socket.native_handle(), SHUT_RDWR);
  }

  void serve(Local::socket& socket, const Peer& peer) {
    beast::flat_buffer buffer;
    for (boost::system::error_code error;;) {
      http::request_parser<http::string_body> request;
      request.body_limit(kMaxRequest);
      http::read(socket, buffer, request, error);
      if (error) break;
      auto response = respond(request.get(), peer);
      http::write(socket, response, error);
      if (error || response.need_eof()) break;
    }
  }

  /// What comes is thrown away unread, within limits of time and length; the answer says why.
  void turn_away(int socket, const Peer& peer) {
    char bytes[4096];
    std::string first;
    pollfd wait{socket, POLLIN, 0};
    if (::poll(&wait, 1, kStrangerMs) == 1)
      if (const ssize_t n = ::recv(socket, bytes, sizeof bytes, MSG_DONTWAIT); n > 0) first.assign(bytes, n);
    const Status why = calls_.admit(call_in(first), peer);
    auto response =
        answer_with(why ? Result<Json>(fail(Code::kUnavailable, path_, "ask again")) : fail(why.error()), 11);
    response.keep_alive(false);
    std::ostringstream text;
    text << response;
    (void)!::send(socket, text.str().data(), text.str().size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(socket, SHUT_WR);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    while (std::chrono::steady_clock::now() < end && ::poll(&wait, 1, kStrangerMs) == 1)
      if (::recv(socket, bytes, sizeof bytes, MSG_DONTWAIT) <= 0)
        break;  // a close before that would lose the answer
  }

  /// "archive/start" of "POST /v1/archive/start HTTP/1.1…".
  static std::string call_in(std::string_view request) {
    const std::string_view post = "POST /v1/";
    if (!request.starts_with(post)) return "a connection";
    request.remove_prefix(post.size());
    const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || c == '/' || c == '-'; };
    const size_t end = std::find_if_not(request.begin(), request.end(), is_part) - request.begin();
    return std::string(request.substr(0, std::min<size_t>(end, 60)));
  }

  http::response<http::string_body> respond(const http::request<http::string_body>& request,
                                            const Peer& peer) {
    std::string_view target(request.target().data(), request.target().size());
    Result<Json> answer = fail(Code::kInvalidArgument, std::string(target), "is no POST /v1/…");
    if (request.method() == http::verb::post && target.starts_with(kPrefix)) {
      Json arguments = parse_shallow(request.body());
      if (arguments.is_object())
        answer = guarded(std::string(target.substr(kPrefix.size())), arguments, peer);
      else
        answer = fail(Code::kInvalidArgument, std::string(target), "the body is no JSON object");
    }
    auto response = answer_with(answer, request.version());
    response.keep_alive(request.keep_alive());
    return response;
  }

  static http::response<http::string_body> answer_with(const Result<Json>& answer, unsigned version) {
    http::response<http::string_body> response(answer ? http::status::ok : status_of(answer.error()),
                                               version);
    response.set(http::field::content_type, "application/json");
    Json body = answer ? Json{{"result", *answer}} : Json{{"error", to_json(answer.error())}};
    response.body() = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    response.prepare_payload();
    return response;
  }

  Result<Json> guarded(const std::string& name, const Json& arguments, const Peer& peer) {
    try {
      return calls_.call(name, arguments, peer);
    } catch (const std::exception& e) {
      return fail(Code::kInternal, name, e.what());
    }
  }

  static http::status status_of(const Error& error) {
    switch (error.code) {
      case Code::kInvalidArgument: return http::status::bad_request;
      case Code::kNotFound: return http::status::not_found;
      case Code::kPermissionDenied: return http::status::forbidden;
      case Code::kConflict:
      case Code::kAlreadyExists:
      case Code::kFenced: return http::status::conflict;
      case Code::kUnavailable:
      case Code::kThrottled:
      case Code::kTimeout: return http::status::service_unavailable;
      default: return http::status::internal_server_error;
    }
  }

  std::string path_;
  ServerCalls calls_;
  asio::io_context io_;
  Local::acceptor acceptor_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
  std::mutex mutex_;
  std::list<Connection> connections_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const std::string& socket, const SocketAccess& access,
                                              ServerCalls calls) {
  if (socket.empty() || socket.size() > 100)
    return fail(Code::kInvalidArgument, "[agent] socket " + socket, "is empty or longer than 100 characters");
  auto server = std::make_unique<UnixServer>(socket, std::move(calls));
  SEABED_CHECK(server->listen(access));
  return server;
}

}  // namespace seabed
