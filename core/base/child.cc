#include "core/base/child.h"
#include "core/base/uri.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace seabed {
namespace {

constexpr auto kLook = std::chrono::milliseconds(10);

class Actions {
 public:
  explicit Actions(const ChildOptions& options) {
    ::posix_spawn_file_actions_init(&files);
    place(options.input, STDIN_FILENO, O_RDONLY);
    place(options.output, STDOUT_FILENO, O_WRONLY);
    place(options.errors, STDERR_FILENO, O_WRONLY);
    ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    ::posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);  // a Ctrl-C is for us, we end it
    ::posix_spawnattr_setflags(&attributes,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Actions() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

 private:
  void place(int from, int to, int flags) {
    if (from >= 0)
      ::posix_spawn_file_actions_adddup2(&files, from, to);
    else
      ::posix_spawn_file_actions_addopen(&files, to, "/dev/null", flags, 0);
  }
};

std::string find_program(const std::string& name) {
  if (name.find('/') != name.npos) return name;
  const char* path = ::getenv("PATH");
  std::string all = std::string(path ? path : "/usr/bin:/bin") + ":/usr/sbin:/sbin";
  for (size_t at = 0; at <= all.size();) {
    const size_t end = std::min(all.find(':', at), all.size());
    const std::string candidate = all.substr(at, end - at) + "/" + name;
    if (end != at && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    at = end + 1;
  }
  return {};
}

bool is_secret_variable(std::string_view variable) {
  const std::string_view name = variable.substr(0, variable.find('='));
  return is_secret_key(name) || name == "AZURE_STORAGE_CONNECTION_STRING";
}

std::vector<std::string> merged(const ChildOptions& options) {
  const std::vector<std::string>& more = options.environment;
  std::vector<std::string> out;
  for (char** e = environ; *e && !options.clean_environment; ++e) {
    const std::string_view own = *e;
    bool replaced = options.without_secrets && is_secret_variable(own);
    for (const std::string& m : more) replaced |= own.starts_with(m.substr(0, m.find('=') + 1));
    if (!replaced) out.emplace_back(own);
  }
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

struct Pipe {
  Fd read, write;
  static Result<Pipe> make() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("child process", "no pipe", errno);
    return Pipe{Fd(ends[0]), Fd(ends[1])};
  }
};

std::string last_lines(const std::string& text) {
  std::string tail = text.size() > 600 ? text.substr(text.size() - 600) : text;
  while (!tail.empty() && (tail.back() == '\n' || tail.back() == ' ')) tail.pop_back();
  return tail;
}

/// Takes what there is; false: the end.
bool take(const Fd& fd, std::string* out, size_t limit) {
  char buffer[65536];
  const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (n <= 0) return false;
  if (out->size() + n <= limit) out->append(buffer, n);
  return true;
}

/// Writing to a child that has gone is an error to look at, not a signal.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe, &before_);
  }
  ~NoSigpipe() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    const timespec now{0, 0};
    if (!sigismember(&before_, SIGPIPE))
      while (::sigtimedwait(&pipe, nullptr, &now) > 0) {
      }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_;
};

}  // namespace

Result<Child> Child::start(const std::vector<std::string>& command, const ChildOptions& options) {
  const std::string program = find_program(command.at(0));
  if (program.empty())
    return fail(Code::kNotFound, command[0], "is not installed, or not in PATH", "install it");
  Actions actions(options);
  std::vector<std::string> words = command, environment = merged(options);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, program.c_str(), &actions.files, &actions.attributes,
                                  pointers(words).data(), pointers(environment).data());
  if (error) return fail_errno(program, "cannot be started", error);
  return Child(pid, command[0]);
}

Child::~Child() {
  if (pid_ < 0 || poll()) return;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
}

bool Child::poll() {
  if (pid_ < 0) return true;
  const pid_t ended = ::waitpid(pid_, &status_, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
  pid_ = -1;
  return true;
}

bool Child::running() { return !poll(); }

void Child::end(std::chrono::milliseconds grace) {
  if (poll()) return;
  ::kill(-pid_, SIGTERM);
  const Deadline deadline = after(grace);
  CancelToken never;
  while (!poll()) {
    if (std::chrono::steady_clock::now() > deadline) ::kill(-pid_, SIGKILL);
    never.wait_for(kLook);
  }
}

Status Child::wait(const CancelToken& cancel, std::chrono::milliseconds timeout) {
  const Deadline deadline = after(timeout);
  while (!poll()) {
    const bool late = std::chrono::steady_clock::now() > deadline;
    if (!late && !cancel.wait_for(kLook)) continue;
    end(std::chrono::milliseconds(0));
    return late ? fail(Code::kTimeout, name_, "did not end in time and was killed")
                : fail(Code::kCancelled, name_, "was cancelled");
  }
  if (WIFEXITED(status_) && WEXITSTATUS(status_) == 0) return ok();
  if (WIFEXITED(status_))
    return fail(Code::kIo, name_, "ended with status " + std::to_string(WEXITSTATUS(status_)));
  return fail(Code::kIo, name_, "was ended by signal " + std::to_string(WTERMSIG(status_)));
}

Result<std::string> run_child(const std::vector<std::string>& command, const std::string& input,
                              const CancelToken& cancel, std::chrono::milliseconds timeout, size_t limit,
                              bool without_secrets) {
  SEABED_TRY(Pipe in, Pipe::make());
  SEABED_TRY(Pipe out, Pipe::make());
  SEABED_TRY(Pipe err, Pipe::make());
  SEABED_TRY(Child child,
             Child::start(command, {in.read.get(), out.write.get(), err.write.get(), {}, without_secrets}));
  in.read.reset(), out.write.reset(), err.write.reset();
  NoSigpipe quiet;
  ::fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
  std::string text, errors;
  size_t sent = 0;
  const Deadline deadline = after(timeout);
  if (input.empty()) in.write.reset();
  while (out.read || err.read) {
    pollfd fds[3] = {{in.write.get(), POLLOUT, 0}, {out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}};
    (void)::poll(fds, 3, 50);
    if (fds[0].revents && in.write) {
      const ssize_t n = ::write(in.write.get(), input.data() + sent, input.size() - sent);
      if (n > 0) sent += n;
      if (sent == input.size() || (n < 0 && errno != EAGAIN && errno != EINTR)) in.write.reset();
    }
    if (fds[1].revents && out.read && !take(out.read, &text, limit)) out.read.reset();
    if (fds[2].revents && err.read && !take(err.read, &errors, 1 << 20)) err.read.reset();
    if (cancel.cancelled()) return fail(Code::kCancelled, command[0], "was cancelled");
    if (std::chrono::steady_clock::now() > deadline)
      return fail(Code::kTimeout, command[0], "did not end in time and was killed");
  }
  if (auto ended = child.wait(cancel, std::chrono::milliseconds(60'000)); !ended) {
    Error e = ended.error();
    if (!errors.empty()) e.reason += ": " + last_lines(errors);
    return fail(e);
  }
  return text;
}

}  // namespace seabed
