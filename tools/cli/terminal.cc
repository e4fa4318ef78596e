#include "tools/cli/terminal.h"

#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

namespace seabed {
namespace {

constexpr char kInterrupt = 3, kEnd = 4, kBackspace = 8, kKillLine = 21, kDelete = 127;

/// Without echo, and with Ctrl-C as a byte: a signal would end the process with the echo still off.
class Silent {
 public:
  explicit Silent(int fd) : fd_(fd) {
    on_ = ::tcgetattr(fd, &before_) == 0;
    if (!on_) return;
    termios now = before_;
    now.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG);
    now.c_cc[VMIN] = 1, now.c_cc[VTIME] = 0;
    on_ = ::tcsetattr(fd, TCSAFLUSH, &now) == 0;
  }
  ~Silent() {
    if (on_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  explicit operator bool() const { return on_; }

 private:
  int fd_;
  bool on_ = false;
  termios before_{};
};

Status write_all(int fd, const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail_errno("terminal", "cannot write", errno);
    done += static_cast<size_t>(n);
  }
  return ok();
}

tl::unexpected<Error> given_up() { return fail(Code::kCancelled, "prompt", "was given up"); }

/// A line, byte by byte; the usual two keys take back what was typed.
Result<std::string> read_line(int fd, size_t most) {
  std::string line;
  for (char c = 0;;) {
    ssize_t n = ::read(fd, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || c == kInterrupt || (c == kEnd && line.empty())) {
      ::explicit_bzero(line.data(), line.size());
      return given_up();
    }
    if (c == '\n' || c == '\r' || c == kEnd) return line;
    if (c == kKillLine)
      line.clear();
    else if (c != kBackspace && c != kDelete)
      line += c;
    else if (!line.empty())
      line.pop_back();
    if (line.size() > most) return fail(Code::kInvalidArgument, "prompt", "the answer is too long");
  }
}

}  // namespace

Result<Terminal> Terminal::open() {
  Fd fd(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!fd || !::isatty(fd.get()))
    return fail(Code::kInvalidArgument, "password", "there is no terminal to ask on");
  return Terminal(std::move(fd));
}

Result<std::string> Terminal::ask(const std::string& prompt, size_t most) {
  Silent silent(fd_.get());
  if (!silent) return fail_errno("terminal", "cannot turn its echo off", errno);
  SEABED_CHECK(write_all(fd_.get(), prompt));
  auto line = read_line(fd_.get(), most);
  SEABED_CHECK(write_all(fd_.get(), "\n"));
  return line;
}

}  // namespace seabed
