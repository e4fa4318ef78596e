// The command of [alert]: with a clean environment, so that it inherits no secret.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/child.h"
#include "tools/agent/alert_delivery.h"

namespace seabed {
namespace {

const std::vector<std::string> kEnvironment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                               "LC_ALL=C.UTF-8"};

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
  ChildOptions options;
  options.input = pipe.get();
  options.environment = kEnvironment;
  options.clean_environment = true;
  const auto done = [&]() -> Status {
    SEABED_TRY(Child child, Child::start(command, options));
    pipe.reset();
    return child.wait(cancel, timeout);
  }();
  if (done) return done;
  Error error = done.error();
  error.object = "alert command " + error.object;
  return fail(std::move(error));
}

}  // namespace seabed
