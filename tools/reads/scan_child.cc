#include "tools/reads/scan_child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/fd.h"
#include "tools/reads/scan_lines.h"

namespace seabed {
namespace {

constexpr int kLookMs = 100;
constexpr size_t kLongestLine = 64 << 20;

struct Pipe {
  Fd in, out;
};
Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("drill", "no pipe", errno);
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

/// The program that runs here, also when its file was replaced meanwhile.
Result<pid_t> spawn(const std::vector<std::string>& words, int input, int output) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  ::posix_spawnattr_init(&attributes);
  sigset_t none, usual;
  sigemptyset(&none);
  sigfillset(&usual);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t child = -1;
  const int error = ::posix_spawn(&child, "/proc/self/exe", &files, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (error) return fail_errno("seabed drill scan", "cannot be started", error);
  return child;
}

/// Ends the child when nobody waits for it any more.
struct Child {
  explicit Child(pid_t child) : pid(child) {}
  ~Child() {
    if (pid > 0) ::kill(pid, SIGKILL), (void)end();
  }
  int end() {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    pid = -1;
    return status;
  }
  pid_t pid;
};

/// The last line; those before it are progress.
class Lines {
 public:
  explicit Lines(const ScanProgressFn& progress) : progress_(progress) {}
  void add(std::string_view bytes) {
    waiting_.append(bytes);
    for (size_t end; (end = waiting_.find('\n')) != waiting_.npos; waiting_.erase(0, end + 1)) {
      const Json line = Json::parse(waiting_.substr(0, end), nullptr, false);
      if (line.is_object() && line.contains("guess")) {
        if (progress_) progress_(line["rows"], line["guess"]);
      } else {
        last_ = line;
      }
    }
  }
  bool too_long() const { return waiting_.size() > kLongestLine; }
  const Json& last() const { return last_; }

 private:
  const ScanProgressFn& progress_;
  std::string waiting_;
  Json last_;
};

Status listen(int from, Lines* lines, const std::string& object, const CancelToken& cancel) {
  char buffer[65536];
  for (;;) {
    pollfd wait{from, POLLIN, 0};
    const int ready = ::poll(&wait, 1, kLookMs);
    if (cancel.cancelled()) return fail(Code::kCancelled, object, "was cancelled");
    if (ready <= 0) continue;
    const ssize_t n = ::read(from, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(object, "the process that reads it is not heard", errno);
    if (n == 0) return ok();
    lines->add({buffer, static_cast<size_t>(n)});
    if (lines->too_long()) return fail(Code::kInternal, object, "the process that reads it says too much");
  }
}

Result<TenantScan> run(const std::string& config_file, const TenantScanRequest& request,
                       const ScanProgressFn& progress, const CancelToken& cancel) {
  std::vector<std::string> words{"seabed"};
  if (!config_file.empty()) words.insert(words.end(), {"--config", config_file});
  words.insert(words.end(), {"drill", "scan", "--lines", "--directory", request.directory, "--data", "-"});
  SEABED_TRY(Pipe to_child, make_pipe());
  SEABED_TRY(Pipe from_child, make_pipe());
  std::string said;
  for (const std::string& uri : request.uris) said += uri + "\n";
  ::fcntl(to_child.out.get(), F_SETFL, O_NONBLOCK);
  if (::write(to_child.out.get(), said.data(), said.size()) != static_cast<ssize_t>(said.size()))
    return fail(Code::kInvalidArgument, request.directory, "its destinations are longer than a pipe takes");
  SEABED_TRY(const pid_t pid, spawn(words, to_child.in.get(), from_child.out.get()));
  Child child(pid);
  to_child.in.reset(), to_child.out.reset(), from_child.out.reset();
  Lines lines(progress);
  SEABED_CHECK(listen(from_child.in.get(), &lines, request.directory, cancel));
  const int status = child.end();
  if (WIFSIGNALED(status))
    return fail(
        Code::kCorruption, request.directory,
        "the process that read it was ended by signal " + std::to_string(WTERMSIG(status)),
        "RocksDB aborts on what it does not expect; `seabed verify`, and look whether memory ran out");
  if (!lines.last().is_object())
    return fail(
        Code::kInternal, request.directory,
        "the process that read it ended with " + std::to_string(WEXITSTATUS(status)) + " and no answer");
  try {
    return scan_of(lines.last());
  } catch (const std::exception& e) {
    return fail(Code::kInternal, request.directory, std::string("what read it made no sense: ") + e.what());
  }
}

}  // namespace

ScanTenantFn scan_in_child(const std::string& config_file) {
  return [config_file](const TenantScanRequest& request, const ScanProgressFn& progress,
                       const CancelToken& cancel) { return run(config_file, request, progress, cancel); };
}

}  // namespace seabed
