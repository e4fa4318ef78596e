#include "commit_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <system_error>

#include "wall_clock.h"

namespace oracle {

CommitLog::~CommitLog() {
  if (fd_ >= 0) ::close(fd_);
}

void CommitLog::open(const std::string& path) {
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), path);
  const off_t size = ::lseek(fd_, 0, SEEK_END);
  char last = '\n';
  if (size > 0 && ::pread(fd_, &last, 1, size - 1) == 1 && last != '\n') append_text("\n");
}

void CommitLog::header(const std::string& json) { append_text("H " + json + "\n"); }

void CommitLog::start(uint32_t epoch, int64_t n, int64_t parent) {
  append("R %u %" PRId64 " %" PRId64 " %" PRId64 "\n", epoch, n, parent, wall_ns());
}

void CommitLog::inherited(uint64_t n, uint32_t epoch) { append("P %" PRIu64 " %u\n", n, epoch); }
void CommitLog::lost(uint64_t n) { append("L %" PRIu64 "\n", n); }
void CommitLog::before(uint64_t n) { append("B %" PRIu64 " %" PRId64 "\n", n, wall_ns()); }
void CommitLog::after(uint64_t n) { append("A %" PRIu64 " %" PRId64 "\n", n, wall_ns()); }

void CommitLog::flushed(uint64_t n, int64_t before_ns) {
  append("F %" PRIu64 " %" PRId64 " %" PRId64 "\n", n, before_ns, wall_ns());
}

void CommitLog::created(const std::string& family, uint64_t n, int64_t before_ns) {
  append("C %s %" PRIu64 " %" PRId64 " %" PRId64 "\n", family.c_str(), n, before_ns, wall_ns());
}

void CommitLog::dropped(const std::string& family, uint64_t n, int64_t before_ns) {
  append("X %s %" PRIu64 " %" PRId64 " %" PRId64 "\n", family.c_str(), n, before_ns, wall_ns());
}

void CommitLog::append(const char* pattern, ...) {
  char line[160];
  va_list args;
  va_start(args, pattern);
  const int length = std::vsnprintf(line, sizeof line, pattern, args);
  va_end(args);
  append_text(std::string(line, static_cast<size_t>(length)));
}

void CommitLog::append_text(const std::string& text) {
  if (::write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::system_error(errno, std::generic_category(), "commit log");
  }
}

}  // namespace oracle
