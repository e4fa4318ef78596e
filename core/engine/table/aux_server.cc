#include "core/engine/table/aux_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/base/log.h"

namespace seabed::table {
namespace {

namespace fs = std::filesystem;
constexpr char kFacts[] = "/seabed_server.json";
constexpr auto kReady = std::chrono::seconds(180);
constexpr auto kGrace = std::chrono::seconds(30);

std::vector<std::string> command(const std::string& directory, const std::string& socket) {
  const std::string data = directory + "/data";
  std::vector<std::string> out = {"mariadbd",
                                  "--no-defaults",
                                  "--datadir=" + data,
                                  "--socket=" + socket,
                                  "--skip-networking",
                                  "--skip-grant-tables",
                                  "--skip-log-bin",
                                  "--innodb=OFF",
                                  "--performance-schema=OFF",
                                  "--plugin-load-add=ha_rocksdb",
                                  "--default-storage-engine=rocksdb",
                                  "--pid-file=" + directory + "/pid",
                                  "--log-error=" + directory + "/error.log",
                                  "--tmpdir=" + directory,
                                  "--rocksdb-validate-tables=2",
                                  "--rocksdb-block-cache-size=32M",
                                  "--key-buffer-size=1M",
                                  "--aria-pagecache-buffer-size=1M",
                                  "--max-allowed-packet=1G",
                                  "--lc-messages=en_US"};
  if (::geteuid() == 0) out.push_back("--user=root");
  return out;
}

/// A socket's path holds 107 bytes: it lies in a directory with a short name.
Result<std::string> make_socket_directory() {
  char path[] = "/tmp/seabed-aux-XXXXXX";
  if (!::mkdtemp(path)) return fail_errno("/tmp", "no directory for the auxiliary server's socket", errno);
  return std::string(path);
}

Status write_facts(const std::string& directory, pid_t pid, const std::string& socket_directory) {
  return write_file_atomic(directory + kFacts,
                           nlohmann::json{{"pid", pid}, {"socket", socket_directory}}.dump());
}

std::string log_tail(const std::string& directory) {
  auto text = read_file(directory + "/error.log", 16 << 20);
  if (!text) return "it wrote no log";
  std::string found;
  for (size_t at = 0; at < text->size();) {
    const size_t end = std::min(text->find('\n', at), text->size());
    const std::string line = text->substr(at, end - at);
    if (line.find("[ERROR]") != line.npos && found.size() < 600) found += (found.empty() ? "" : "; ") + line;
    at = end + 1;
  }
  return found.empty() ? "its log names no error" : found;
}

}  // namespace

Result<AuxServer> AuxServer::start(const std::string& directory, const CancelToken& cancel) {
  end_left_server(directory);
  SEABED_TRY(const std::string sockets, make_socket_directory());
  auto child = Child::start(command(directory, sockets + "/s"), {.without_secrets = true});
  if (!child) {
    std::error_code ec;
    fs::remove_all(sockets, ec);
    Error e = child.error();
    if (e.code == Code::kNotFound)
      e.code = Code::kUnsupported, e.next_step = "install mariadb-server and mariadb-plugin-rocksdb here";
    return fail(e);
  }
  AuxServer server(std::move(*child), directory, sockets);
  SEABED_CHECK(write_facts(directory, server.child_->pid(), sockets));
  const Deadline deadline = after(kReady);
  for (;;) {
    auto up = server.client().value(
        "SELECT COUNT(*) FROM information_schema.engines WHERE engine='ROCKSDB' AND support IN "
        "('YES','DEFAULT')",
        cancel);
    if (up && *up == "1") return server;
    if (up)
      return fail(Code::kUnsupported, "mariadbd", "has no MyRocks: " + log_tail(directory),
                  "install mariadb-plugin-rocksdb here");
    if (cancel.wait_for(std::chrono::milliseconds(100)))
      return fail(Code::kCancelled, "table restore", "was cancelled");
    if (!server.child_->running() || std::chrono::steady_clock::now() > deadline)
      return fail(Code::kIo, "the auxiliary server", "did not get ready: " + log_tail(directory),
                  "look at " + directory + "/error.log");
  }
}

AuxServer::~AuxServer() {
  if (child_) stop();
}

void AuxServer::stop() {
  if (child_->pid() >= 0) child_->end(kGrace);
  std::error_code ec;
  fs::remove_all(socket_directory_, ec);
  fs::remove(directory_ + kFacts, ec);
}

void end_left_server(const std::string& directory) {
  auto text = read_file(directory + kFacts, 4096);
  if (!text) return;
  const auto facts = nlohmann::json::parse(*text, nullptr, false);
  if (!facts.is_object()) return;
  const pid_t pid = facts.value("pid", 0);
  const std::string sockets = facts.value("socket", "");
  auto line =
      pid > 1 ? read_file("/proc/" + std::to_string(pid) + "/cmdline", 1 << 16) : Result<std::string>("");
  if (line && line->find("--datadir=" + directory + "/data") != line->npos) {
    log::info("table restore: ends the auxiliary server {} that a crash left", pid);
    ::kill(pid, SIGKILL);
    CancelToken never;
    for (int i = 0; i < 500 && ::kill(pid, 0) == 0; ++i) never.wait_for(std::chrono::milliseconds(10));
  }
  std::error_code ec;
  if (sockets.starts_with("/tmp/seabed-aux-") && sockets.find('/', 5) == sockets.npos)
    fs::remove_all(sockets, ec);
  fs::remove(directory + kFacts, ec);
}

}  // namespace seabed::table
