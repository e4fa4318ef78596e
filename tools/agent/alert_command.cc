// The command of [alert]: a process group of its own with a clean environment, so that it inherits no
// descriptor, no secret and no signal mask, and can be ended as a whole.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/fd.h"
#include "tools/agent/alert_delivery.h"

namespace seabed {
namespace {

constexpr auto kLook = std::chrono::milliseconds(10);

class SpawnOptions {
 public:
  explicit SpawnOptions(int input) {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    ::posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnOptions() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
};

Result<pid_t> spawn(const std::vector<std::string>& command, int input) {
  SpawnOptions options(input);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
       locale[] = "LC_ALL=C.UTF-8";
  char* environment[] = {path, locale, nullptr};
  pid_t child = -1;
  const int error = ::posix_spawn(&child, command[0].c_str(), &options.files, &options.attributes,
                                  words.data(), environment);
  if (error) return fail_errno("alert command " + command[0], "cannot be started", error);
  return child;
}

/// A pipe takes an event whole (it is shorter than the pipe's room), so that a command which reads nothing
/// blocks nobody.
Result<Fd> filled_pipe(const std::string& input) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return fail_errno("alert", "no pipe", errno);
  Fd read_end(ends[0]), write_end(ends[1]);
  if (::write(write_end.get(), input.data(), input.size()) != static_cast<ssize_t>(input.size()))
    return fail(Code::kInvalidArgument, "alert", "the event is longer than a pipe takes");
  ::fcntl(read_end.get(), F_SETFL, 0);  // the command reads as it is used to
  return read_end;
}

}  // namespace

Status run_alert_command(const std::vector<std::string>& command, const std::string& input,
                         std::chrono::milliseconds timeout, const CancelToken& cancel) {
  SEABED_TRY(Fd pipe, filled_pipe(input));
  SEABED_TRY(const pid_t child, spawn(command, pipe.get()));
  pipe.reset();
  const Deadline deadline = after(timeout);
  int status = 0;
  for (;;) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (ended == 0 && std::chrono::steady_clock::now() < deadline && !cancel.wait_for(kLook)) continue;
    ::kill(-child, SIGKILL);
    ::waitpid(child, &status, 0);
    return fail(Code::kTimeout, "alert command " + command[0],
                "did not end within " + std::to_string(timeout.count()) + " ms and was killed");
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return ok();
  return fail(Code::kIo, "alert command " + command[0],
              WIFEXITED(status) ? "ended with " + std::to_string(WEXITSTATUS(status))
                                : "was ended by signal " + std::to_string(WTERMSIG(status)));
}

}  // namespace seabed
