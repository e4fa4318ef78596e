#include "tools/mount/background.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "core/base/fd.h"
#include "core/base/log.h"
#include "tools/cli/error_json.h"

namespace seabed {
namespace {

void tell(Fd& pipe, const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const ssize_t n = ::write(pipe.get(), text.data() + at, text.size() - at);
    if (n <= 0) break;
    at += n;
  }
  pipe.reset();
}

[[noreturn]] void live_in_background(Fd pipe,
                                     const std::function<Status(const std::function<void()>& ready)>& body) {
  ::setsid();
  const Status s = body([&] {
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (int fd = 0; fd < 3; ++fd) ::dup2(null.get(), fd);
    tell(pipe, "ready");
  });
  if (!s && pipe)
    tell(pipe, to_json(s.error()).dump(-1, ' ', false, Json::error_handler_t::replace));
  else if (!s)
    log::error("{}", s.error().message());
  spdlog::shutdown();
  ::_exit(s ? 0 : 1);
}

}  // namespace

Result<int> run_in_background(const std::string& object,
                              const std::function<Status(const std::function<void()>& ready)>& body) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno(object, "no pipe to a child process", errno);
  Fd in(ends[0]), out(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return fail_errno(object, "no child process", errno);
  if (pid == 0) {
    in.reset();
    live_in_background(std::move(out), body);
  }
  out.reset();
  std::string told;
  char buffer[4096];
  for (ssize_t n; (n = ::read(in.get(), buffer, sizeof buffer)) != 0;) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    told.append(buffer, n);
  }
  if (told == "ready") return pid;
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (told.empty()) return fail(Code::kIo, object, "the process in the background ended before it was ready");
  return fail(error_from_json(Json::parse(told, nullptr, false)));
}

}  // namespace seabed
