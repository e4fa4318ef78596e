#pragma once
// A part of a test in a process of its own: to be killed, or to have its own mounts.

#include <sys/types.h>

#include <functional>
#include <string>

namespace seabed::test {

/// Runs `body` in a child. It never returns to the test's stack; its own exit status is what `body` returned.
class Child {
 public:
  explicit Child(const std::function<int(int report_fd)>& body);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  void kill();
  /// Waits; the exit status, or -signal.
  int wait();
  /// What the child wrote to its report_fd until it closed it.
  std::string read_report();
  int report_fd() const { return report_; }

 private:
  pid_t pid_ = -1;
  int report_ = -1;
};

/// Runs `body` with a small tmpfs mounted on `directory`, seen by this child alone. `body` returns "" or what
/// was wrong. "skip: …" when mounting is not permitted here.
std::string with_tmpfs(const std::string& directory, const std::string& options,
                       const std::function<std::string()>& body);
/// For use inside: remounts the tmpfs read-only.
bool remount_read_only(const std::string& directory);

}  // namespace seabed::test
