#include "core/source/myrocks/server_variables.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/fd.h"

extern char** environ;

namespace seabed::myrocks {
namespace {

constexpr size_t kMostOutput = 4 << 20;

/// An option file holds a password: its owner's alone.
Status check_private(const std::string& path) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0) return fail_errno(path, "the client's option file", errno);
  if (!S_ISREG(st.st_mode)) return fail(Code::kPermissionDenied, path, "is no regular file");
  if (st.st_mode & (S_IRWXO | S_IWGRP))
    return fail(Code::kPermissionDenied, path, "can be read by others", "chmod 0640, or 0600");
  return ok();
}

/// Its output until it closes it; killed after the deadline.
Result<std::string> read_all(int fd, pid_t child, std::chrono::steady_clock::time_point until) {
  std::string out;
  for (char buffer[65536];;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    struct pollfd one {fd, POLLIN, 0};
    const int ready = left.count() > 0 ? ::poll(&one, 1, static_cast<int>(left.count())) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0 || out.size() > kMostOutput) {
      ::kill(child, SIGKILL);
      return fail(Code::kTimeout, "mariadb", "gave no answer in time");
    }
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n == 0) return out;
    if (n < 0 && errno != EINTR) return fail_errno("mariadb", "its output", errno);
    if (n > 0) out.append(buffer, static_cast<size_t>(n));
  }
}

Result<std::string> run_client(const std::string& client_file, std::chrono::milliseconds patience) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return fail_errno("mariadb", "a pipe", errno);
  const Fd from(pipe[0]);
  Fd to(pipe[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string words[] = {"mariadb", "--defaults-file=" + client_file, "--batch", "--skip-column-names",
                         "--connect-timeout=3", "--execute=SHOW GLOBAL VARIABLES"};
  char* argv[7] = {};
  for (size_t i = 0; i < 6; ++i) argv[i] = words[i].data();
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  to = Fd();
  if (error != 0) return fail_errno("mariadb", "the client cannot be started", error);
  auto out = read_all(from.get(), child, std::chrono::steady_clock::now() + patience);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!out) return out;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return fail(Code::kUnavailable, "mariadb", "the server could not be asked", "try the option file by hand: " + client_file);
  return out;
}

bool may_be_secret(const std::string& name) {
  for (const char* word : {"password", "secret", "_key_file", "ssl_key", "token"})
    if (name.find(word) != std::string::npos) return true;
  return false;
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c == '0' ? '\0' : c;
  }
  return out;
}

}  // namespace

std::string client_file_of(const std::string& data_directory) { return data_directory + ".seabed-client.cnf"; }

std::map<std::string, std::string> parse_variables(const std::string& text) {
  std::map<std::string, std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const size_t tab = text.find('\t', at);
    if (tab < end && tab > at) {
      const std::string name = text.substr(at, tab - at);
      if (!may_be_secret(name)) out[name] = unescaped(text.substr(tab + 1, end - tab - 1));
    }
    at = end + 1;
  }
  return out;
}

Result<std::map<std::string, std::string>> ask_variables(const std::string& client_file,
                                                         std::chrono::milliseconds patience) {
  SEABED_CHECK(check_private(client_file));
  SEABED_TRY(const std::string text, run_client(client_file, patience));
  auto out = parse_variables(text);
  if (out.empty()) return fail(Code::kUnavailable, "mariadb", "told no variables");
  return out;
}

}  // namespace seabed::myrocks
