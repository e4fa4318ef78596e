// Who holds a lease: a process of a host, told apart from a later one with the same number by its start time.

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "core/base/fd.h"
#include "core/media/lease.h"

namespace seabed {

namespace {
std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

/// Field 22 of /proc/<pid>/stat; empty when it cannot be read.
std::string start_time(pid_t pid) {
  Fd fd(::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return {};
  std::string stat(4096, '\0');
  const auto n = pread_full(fd.get(), stat, 0, "/proc");
  if (!n) return {};
  stat.resize(*n);
  size_t at = stat.rfind(')');  // the command may hold anything
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
  return at == std::string::npos ? "" : stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}
}  // namespace

std::string process_owner() {
  return host_name() + ":" + std::to_string(getpid()) + ":" + start_time(getpid());
}

bool owner_is_gone(const std::string& owner) {
  const size_t b = owner.rfind(':');
  if (b == std::string::npos || b == 0) return false;
  const size_t a = owner.rfind(':', b - 1);
  if (a == std::string::npos || owner.substr(0, a) != host_name()) return false;
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(owner.data() + a + 1, owner.data() + b, pid);
  if (error != std::errc() || end != owner.data() + b || pid <= 0) return false;
  if (::kill(pid, 0) != 0) return errno == ESRCH;
  const std::string started = start_time(pid), noted = owner.substr(b + 1);
  if (started.empty() || noted.empty() || noted.find_first_not_of("0123456789") != std::string::npos) return false;
  return started != noted;
}

}  // namespace seabed
