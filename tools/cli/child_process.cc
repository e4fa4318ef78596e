#include "tools/cli/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/base/fd.h"
#include "tools/cli/error_json.h"

namespace seabed {
namespace {

[[noreturn]] void live_as_child(const Fd& told, const std::function<Result<int>()>& body) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it is part of its parent
  auto result = body();
  std::cout.flush();
  std::fflush(nullptr);
  if (result) ::_exit(*result);
  const std::string text = to_json(result.error()).dump(-1, ' ', false, Json::error_handler_t::replace);
  for (size_t at = 0; at < text.size();) {
    const ssize_t n = ::write(told.get(), text.data() + at, text.size() - at);
    if (n <= 0) break;
    at += n;
  }
  ::_exit(1);
}

std::string read_all(const Fd& fd) {
  std::string out;
  char buffer[4096];
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return out;
    out.append(buffer, n);
  }
}

Error death(const std::string& object, int signal) {
  if (signal == SIGKILL || signal == SIGTERM || signal == SIGINT)
    return {Code::kIo,
            object,
            "the process that read it was ended by signal " + std::to_string(signal),
            "run it again; look whether memory ran out",
            0,
            0};
  return {Code::kCorruption,
          object,
          "the process that read it ended by signal " + std::to_string(signal) +
              ": RocksDB's library met what it does not expect (its own words stand above)",
          "run `seabed verify` on the destinations; nothing was changed",
          0,
          0};
}

}  // namespace

Result<int> run_in_child(const std::string& object, const std::function<Result<int>()>& body) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno(object, "no pipe to a child process", errno);
  Fd in(ends[0]), out(ends[1]);
  std::cout.flush();
  const pid_t pid = ::fork();
  if (pid < 0) return fail_errno(object, "no child process", errno);
  if (pid == 0) {
    in.reset();
    live_as_child(out, body);
  }
  out.reset();
  const std::string text = read_all(in);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return fail(death(object, WTERMSIG(status)));
  if (text.empty()) return WEXITSTATUS(status);
  const Json json = Json::parse(text, nullptr, false);
  return fail(error_from_json(json));
}

}  // namespace seabed
