#pragma once
// Another program as a child of this process: started without a shell, ended by its pid, never left as a
// zombie.

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/base/fd.h"

namespace seabed {

struct ChildOptions {
  int input = -1, output = -1, errors = -1;  // descriptors that become 0, 1, 2; -1: /dev/null
  std::vector<std::string> environment;      // "NAME=value" over this process's own
  /// Leaves out variables of this process whose name is a secret's: for programs that read foreign files.
  bool without_secrets = false;
  bool clean_environment = false;            // nothing but `environment`
};

/// Leads a process group of its own, which is ended as a whole. Not thread-safe. Destroyed while it runs: killed and
/// waited for.
class Child {
 public:
  /// `command[0]` is looked for in PATH and in /usr/sbin:/sbin. kNotFound: no such program.
  static Result<Child> start(const std::vector<std::string>& command, const ChildOptions& options = {});
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)), name_(std::move(other.name_)) {}
  Child& operator=(Child&&) = delete;
  ~Child();

  pid_t pid() const { return pid_; }
  bool running();
  /// Until it ends. Not 0: kIo with its status. kCancelled, kTimeout: it was killed.
  Status wait(const CancelToken& cancel, std::chrono::milliseconds timeout);
  /// SIGTERM, after `grace` SIGKILL. Ended already: fine.
  void end(std::chrono::milliseconds grace);

 private:
  explicit Child(pid_t pid, std::string name) : pid_(pid), name_(std::move(name)) {}
  bool poll();

  pid_t pid_ = -1;  // -1: was waited for
  int status_ = 0;
  std::string name_;
};

/// Feeds `input` to the program and reads its output to the end (at most `limit` bytes). Its errors' last
/// lines are in the error. `without_secrets` as in ChildOptions.
Result<std::string> run_child(const std::vector<std::string>& command, const std::string& input,
                              const CancelToken& cancel, std::chrono::milliseconds timeout,
                              size_t limit = 256u << 20, bool without_secrets = false);

}  // namespace seabed
