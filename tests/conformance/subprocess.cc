#include "tests/conformance/subprocess.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace seabed::test {

Child::Child(const std::function<int(int)>& body) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("no child");
  if (pid_ == 0) {
    close(ends[0]);
    int status = 99;
    try {
      status = body(ends[1]);
    } catch (...) {
    }
    _exit(status);
  }
  close(ends[1]);
  report_ = ends[0];
}

Child::~Child() {
  if (pid_ > 0) {
    kill();
    wait();
  }
  close(report_);
}

void Child::kill() { ::kill(pid_, SIGKILL); }

int Child::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string Child::read_report() {
  std::string out;
  char buffer[4096];
  for (ssize_t n; (n = read(report_, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR);)
    if (n > 0) out.append(buffer, static_cast<size_t>(n));
  return out;
}

namespace {
std::string mount_private(const std::string& directory, const std::string& options) {
  if (unshare(CLONE_NEWNS) != 0) return std::string("skip: no mount namespace: ") + strerror(errno);
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return "skip: mounts cannot be made private";
  if (mount("seabed-test", directory.c_str(), "tmpfs", 0, options.c_str()) != 0)
    return std::string("skip: no tmpfs: ") + strerror(errno);
  return "";
}
}  // namespace

std::string with_tmpfs(const std::string& directory, const std::string& options,
                       const std::function<std::string()>& body) {
  Child child([&](int report) {
    std::string text = mount_private(directory, options);
    if (text.empty()) text = body();
    return write(report, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1;
  });
  const std::string text = child.read_report();
  const int status = child.wait();
  return status == 0 ? text : "the child ended with " + std::to_string(status) + ": " + text;
}

bool remount_read_only(const std::string& directory) {
  return mount("seabed-test", directory.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
}

}  // namespace seabed::test
