#pragma once
// The controlling terminal for questions whose answers are not shown.

#include <string>

#include "core/base/fd.h"
#include "core/base/status.h"

namespace seabed {

class Terminal {
 public:
  /// /dev/tty. kInvalidArgument: this process has none.
  static Result<Terminal> open();
  /// Writes `prompt`, reads a line without echo. kCancelled: Ctrl-C, Ctrl-D on an empty line, the terminal
  /// went away; the settings are back before it returns. More than `most` bytes are kInvalidArgument.
  Result<std::string> ask(const std::string& prompt, size_t most);

 private:
  explicit Terminal(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace seabed
