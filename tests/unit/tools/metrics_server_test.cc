// The page is served while the configuration is read again and the server is replaced.
#include "tools/agent/metrics_server.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "tools/agent/reload.h"

namespace seabed {
namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

/// Status and body; 0 when nobody answers.
std::pair<unsigned, std::string> get(uint16_t port, const std::string& path) {
  boost::asio::io_context io;
  tcp::socket socket(io);
  boost::system::error_code error;
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), port}, error);
  if (error) return {0, error.message()};
  http::request<http::empty_body> request(http::verb::get, path, 11);
  http::write(socket, request, error);
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> response;
  if (!error) http::read(socket, buffer, response, error);
  return error ? std::pair{0u, error.message()} : std::pair{response.result_int(), response.body()};
}

TEST(MetricsServer, ServesOnePathOnly) {
  auto server = MetricsServer::start("127.0.0.1:0", [] { return std::string("page\n"); });
  ASSERT_TRUE(server) << server.error().message();
  EXPECT_EQ(get((*server)->port(), "/metrics"), (std::pair{200u, std::string("page\n")}));
  EXPECT_EQ(get((*server)->port(), "/").first, 404u);
  auto second =
      MetricsServer::start("127.0.0.1:" + std::to_string((*server)->port()), [] { return std::string(); });
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message().find("[metrics] listen"), std::string::npos);
}

/// A reload replaces the server while its page looks at the configuration: neither waits for the other for
/// ever.
TEST(MetricsServer, IsReplacedByAReloadUnderLoad) {
  char name[] = "/tmp/seabed-page-XXXXXX";
  const std::string directory = ::mkdtemp(name), file = directory + "/seabed.toml";
  std::ofstream(file) << "[log]\nlevel = \"warn\"\n";
  auto config = load_config(file);
  ASSERT_TRUE(config) << config.error().message();
  LiveConfig live(*config);
  std::mutex mutex;
  std::shared_ptr<MetricsServer> server;
  std::atomic<uint16_t> port = 0;
  live.on("metrics", [&](const Config&) -> Result<LiveConfig::Commit> {
    SEABED_TRY(std::shared_ptr<MetricsServer> next, MetricsServer::start("127.0.0.1:0", [&] {
                 return live.config().file + (live.outcome().last_good ? "+" : "-");
               }));
    return LiveConfig::Commit([&, next] {
      std::lock_guard lock(mutex);
      port = next->port();
      server = next;
    });
  });
  ASSERT_TRUE(live.reload());
  std::atomic<bool> stop = false;
  std::atomic<int> good = 0;
  std::thread reader([&] {
    while (!stop || good == 0)
      if (get(port, "/metrics") == std::pair{200u, file + "+"}) ++good;
  });
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(live.reload());
  stop = true;
  reader.join();
  EXPECT_GT(good, 0);
  live.stop();
  server.reset();
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace seabed
