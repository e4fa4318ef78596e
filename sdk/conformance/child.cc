#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "world.h"

namespace seabed::check {

namespace {
constexpr int kReport = 3;

struct Pipes {
  int report[2], output[2];
};

std::vector<std::string> child_arguments(const Options& o, const std::string& test) {
  std::vector<std::string> out = {
      "seabed-driver-check", "--driver", o.driver, "--uri", o.uri, "--test", test, "--run", o.run_id};
  if (!o.config.empty()) out.insert(out.end(), {"--config", o.config});
  return out;
}

[[noreturn]] void become_child(const Pipes& pipes, const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  // Away from the descriptors that the child will have.
  const int report = fcntl(pipes.report[1], F_DUPFD, 10), output = fcntl(pipes.output[1], F_DUPFD, 10);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, 0), dup2(output, 1), dup2(output, 2), dup2(report, kReport);
  for (int fd = kReport + 1; fd < 256; ++fd) close(fd);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);  // a driver that crashes is told in words
  execv("/proc/self/exe", argv.data());
  _exit(127);
}

/// Reads both pipes until they are closed or the time is over; true in time.
bool read_both(const Pipes& pipes, uint64_t deadline, std::string* report, std::string* output) {
  pollfd fds[2] = {{pipes.report[0], POLLIN, 0}, {pipes.output[0], POLLIN, 0}};
  std::string* const texts[2] = {report, output};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    const uint64_t now = monotonic_ns();
    if (now >= deadline) return false;
    if (poll(fds, 2, static_cast<int>(std::min<uint64_t>((deadline - now) / 1000000 + 1, 1000))) < 0)
      continue;
    for (int i = 0; i < 2; ++i) {
      char buffer[4096];
      if (fds[i].fd < 0 || fds[i].revents == 0) continue;
      const ssize_t n = read(fds[i].fd, buffer, sizeof buffer);
      if (n > 0 && texts[i]->size() < (1 << 20)) texts[i]->append(buffer, static_cast<size_t>(n));
      if (n == 0 || (n < 0 && errno != EINTR)) fds[i].fd = -1;
    }
  }
  return true;
}

/// What a driver printed, without the values of the configuration: some are secret.
std::string without_values(std::string text, const Options& options) {
  for (const auto& [key, value] : options.destination.params)
    for (size_t at = 0; value.size() >= 6 && (at = text.find(value, at)) != text.npos;)
      text.replace(at, value.size(), "<" + key + ">"), at += key.size() + 2;
  return text;
}

Outcome judge(int status, bool in_time, const std::string& report, const std::string& output,
              unsigned timeout_s) {
  Outcome out;
  if (!in_time) {
    out.text = "did not end within " + std::to_string(timeout_s) + " s and was killed";
  } else if (WIFSIGNALED(status)) {
    out.text = std::string("the process was ended by a signal: ") + strsignal(WTERMSIG(status));
    if (WTERMSIG(status) == SIGABRT) out.text += " (an exception that crossed the ABI ends so)";
  } else if (report.empty()) {
    out.text = "the process ended early with status " + std::to_string(WEXITSTATUS(status));
  } else {
    out.status = report[0] == 'P'   ? Outcome::kPassed
                 : report[0] == 'S' ? Outcome::kSkipped
                                    : Outcome::kFailed;
    out.text = report.substr(1);
  }
  if (!output.empty() && out.status != Outcome::kFailed) {
    out.status = Outcome::kFailed;
    out.text = "the driver printed (host->log is for that)";
  }
  if (!output.empty()) out.text += "\noutput: " + output.substr(0, 2000);
  return out;
}
}  // namespace

Outcome run_in_child(const Options& options, const std::string& test) {
  const uint64_t begin = monotonic_ns();
  const auto arguments = child_arguments(options, test);
  Pipes pipes{};
  if (pipe2(pipes.report, O_CLOEXEC) != 0 || pipe2(pipes.output, O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("no process");
  if (pid == 0) become_child(pipes, arguments);
  close(pipes.report[1]), close(pipes.output[1]);
  std::string report, output;
  const bool in_time =
      read_both(pipes, begin + uint64_t{options.timeout_s} * 1'000'000'000u, &report, &output);
  if (!in_time) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  close(pipes.report[0]), close(pipes.output[0]);
  Outcome out = judge(status, in_time, report, without_values(output, options), options.timeout_s);
  out.test = test;
  out.seconds = static_cast<double>(monotonic_ns() - begin) / 1e9;
  return out;
}

namespace {
/// No secret in what the driver logged.
void check_log(const Options& options, World* world) {
  for (const std::string& line : logged())
    for (const auto& [key, value] : options.destination.params)
      if (value.size() >= 6 && secret_key(world->table(), key) && line.find(value) != line.npos)
        world->violations().add("the driver logged the value of " + key);
}

std::string run_one(const Options& options) {
  if (options.test == "@clean") {
    World(options, "clean").clean(true);
    return "P";
  }
  for (const Test& test : tests()) {
    if (options.test != test.name) continue;
    World world(options, test.name);
    std::string text = "P";
    try {
      test.run(world);
    } catch (const Skip& e) {
      text = std::string("S") + e.what();
    } catch (const std::exception& e) {
      text = std::string("F") + e.what();
    }
    check_log(options, &world);
    const auto violations = world.violations().all();
    world.clean();
    if (!violations.empty() && text[0] != 'F') text = "F";
    for (const auto& violation : violations) text += (text == "F" ? "" : "\n") + violation;
    return text;
  }
  return "Fthere is no such test";
}
}  // namespace

int run_as_child(const Options& options) {
  fcntl(kReport, F_SETFD, FD_CLOEXEC);
  std::string text;
  try {
    text = run_one(options);
  } catch (const std::exception& e) {
    text = std::string("F") + e.what();
  }
  for (size_t done = 0; done < text.size();) {
    const ssize_t n = write(kReport, text.data() + done, text.size() - done);
    if (n <= 0 && errno != EINTR) return 1;
    if (n > 0) done += static_cast<size_t>(n);
  }
  return 0;
}

}  // namespace seabed::check
