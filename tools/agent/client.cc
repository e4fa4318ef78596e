#include "tools/agent/client.h"

#include <poll.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>

namespace seabed {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Socket = asio::local::stream_protocol::socket;

constexpr int kAnswerTimeoutMs = 300'000;
constexpr uint64_t kMaxAnswer = 256ull << 20;

tl::unexpected<Error> nobody(const std::string& socket, const std::string& why) {
  return fail(Code::kNotFound, "no agent at " + socket, why, "start `seabed agent`");
}

tl::unexpected<Error> lost(const std::string& socket, const std::string& name, const std::string& why) {
  return fail(Code::kOutcomeUnknown, "agent at " + socket, "did not answer " + name + " (" + why + ")",
              "look at the state before doing it again");
}

Result<Json> read_answer(const std::string& body, bool good, const std::string& socket,
                         const std::string& name) {
  Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return lost(socket, name, "its answer is no JSON");
  if (good) return json["result"];
  return fail(error_from_json(json["error"]));
}

}  // namespace

bool agent_listens(const std::string& path) {
  if (path.empty() || path.size() > 100) return false;
  asio::io_context io;
  Socket socket(io);
  boost::system::error_code error;
  socket.connect(asio::local::stream_protocol::endpoint(path), error);
  return !error;
}

Result<Json> call_agent(const std::string& path, const std::string& name, const Json& arguments) {
  if (path.empty() || path.size() > 100)
    return nobody(path, "the socket's path is empty or longer than 100 characters");
  asio::io_context io;
  Socket socket(io);
  boost::system::error_code error;
  socket.connect(asio::local::stream_protocol::endpoint(path), error);
  if (error == boost::system::errc::permission_denied)
    return fail(Code::kPermissionDenied, "agent at " + path, "its socket is not open to this user",
                "an operator opens it by [roles] of the agent's configuration, or run as the agent's user");
  if (error) return nobody(path, error.message());

  http::request<http::string_body> request(http::verb::post, "/v1/" + name, 11);
  request.set(http::field::host, "seabed");
  request.set(http::field::content_type, "application/json");
  request.body() = arguments.dump(-1, ' ', false, Json::error_handler_t::replace);
  request.prepare_payload();
  http::write(socket, request, error);
  if (error) return lost(path, name, error.message());

  pollfd wait{socket.native_handle(), POLLIN, 0};
  if (::poll(&wait, 1, kAnswerTimeoutMs) == 0) return lost(path, name, "no answer within 5 minutes");
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> response;
  response.body_limit(kMaxAnswer);
  http::read(socket, buffer, response, error);
  if (error) return lost(path, name, error.message());
  return read_answer(response.get().body(), response.get().result() == http::status::ok, path, name);
}

}  // namespace seabed
