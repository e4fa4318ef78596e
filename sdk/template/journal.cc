#include "journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>

namespace acme {

namespace {
constexpr uint64_t kMagic = 0x31454d4341ull;  // "ACME1"
constexpr size_t kPiece = 4 << 20;            // deadline and cancel are looked at between pieces

/// Before each record. The check word is written with it: a head without its bytes is cut off by the next
/// writer.
struct Head {
  uint64_t magic, size, check;
  uint32_t kind, number, a_size, b_size;
};

uint64_t check_of(const Head& h) {
  return (h.size * 0x9e3779b97f4a7c15ull) ^ (uint64_t{h.kind} << 48) ^ (uint64_t{h.number} << 32) ^
         (uint64_t{h.a_size} << 16) ^ h.b_size ^ kMagic;
}

int32_t fail_errno(Error& error, const char* what) {
  const int e = errno;
  const bool full = e == ENOSPC || e == EDQUOT;
  const seabed_code code = full                        ? SEABED_NO_SPACE
                           : e == EACCES || e == EPERM ? SEABED_PERMISSION_DENIED
                                                       : SEABED_IO;
  const int32_t result = error.fail(code, "%s: %s", what, strerror(e));
  error.os_error(e);
  return result;
}

uint64_t total(Buffers bytes) {
  uint64_t out = 0;
  for (const seabed_buffer& buffer : bytes) out += buffer.size;
  return out;
}
}  // namespace

Journal::~Journal() {
  if (fd_ >= 0) close(fd_);
}

int32_t Journal::open(const std::string& directory, Error& error) {
  if (directory.empty()) {
    fd_ = memfd_create("acme", MFD_CLOEXEC);
    return fd_ >= 0 ? int32_t{SEABED_OK} : fail_errno(error, "no memory for the objects");
  }
  durable_ = true;
  std::error_code made;
  std::filesystem::create_directories(directory, made);
  if (made) return error.fail(SEABED_IO, "the directory cannot be made: %s", made.message().c_str());
  fd_ = ::open((directory + "/objects.acme").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) return fail_errno(error, "the objects' file cannot be opened");
  const int dir = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = dir >= 0 && fsync(dir) == 0;
  if (dir >= 0) close(dir);
  return synced ? int32_t{SEABED_OK} : fail_errno(error, "the directory cannot be synced");
}

int32_t Journal::Lock::take(Journal* journal, const Context& context, Error& error) {
  thread_ = std::unique_lock(journal->threads_, std::defer_lock);
  while (!thread_.try_lock()) {
    if (const int32_t code = context.check(error)) return code;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  while (flock(journal->fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return fail_errno(error, "the objects' file cannot be locked");
    if (const int32_t code = context.check(error)) return code;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  journal_ = journal;
  return context.check(error);
}

Journal::Lock::~Lock() {
  if (journal_ != nullptr) flock(journal_->fd_, LOCK_UN);
}

int32_t Journal::catch_up(const std::function<void(const Record&)>& take, Error& error) {
  struct stat st {};
  if (fstat(fd_, &st) != 0) return fail_errno(error, "the objects' file cannot be inspected");
  const auto length = static_cast<uint64_t>(st.st_size);
  while (length - end_ >= sizeof(Head)) {
    Head head{};
    if (pread(fd_, &head, sizeof head, static_cast<off_t>(end_)) != sizeof head)
      return fail_errno(error, "the objects' file cannot be read");
    if (head.magic != kMagic || head.check != check_of(head))
      return error.fail(SEABED_CORRUPTION, "the objects' file is damaged at byte %llu",
                        static_cast<unsigned long long>(end_));
    const uint64_t room = length - end_ - sizeof head, names = uint64_t{head.a_size} + head.b_size;
    if (names > room || head.size > room - names) break;  // its writer died
    std::string text(names, 0);
    if (pread(fd_, text.data(), names, static_cast<off_t>(end_ + sizeof head)) != static_cast<ssize_t>(names))
      return fail_errno(error, "the objects' file cannot be read");
    const uint64_t begin = end_ + sizeof head + names;
    take({head.kind, head.number, text.substr(0, head.a_size), text.substr(head.a_size), begin, head.size});
    end_ = begin + head.size;
  }
  return SEABED_OK;
}

int32_t Journal::write(Record record, Buffers bytes, const Context& context, Error& error) {
  Head head{kMagic,
            total(bytes),
            0,
            record.kind,
            record.number,
            static_cast<uint32_t>(record.a.size()),
            static_cast<uint32_t>(record.b.size())};
  head.check = check_of(head);
  const std::string text =
      std::string(reinterpret_cast<const char*>(&head), sizeof head) + record.a + record.b;
  int32_t code = write_all(text, bytes, context, error);
  if (code == SEABED_OK && durable_ && fdatasync(fd_) != 0)
    code = fail_errno(error, "the objects' file cannot be synced");
  // Nothing of a failed write stays; if that fails too, nobody knows what is there.
  if (code != SEABED_OK && ftruncate(fd_, static_cast<off_t>(end_)) != 0) error.outcome_unknown();
  return code;
}

int32_t Journal::write_all(const std::string& head, Buffers bytes, const Context& context, Error& error) {
  if (ftruncate(fd_, static_cast<off_t>(end_)) != 0)  // a dead writer's rest
    return fail_errno(error, "the objects' file cannot be cut");
  uint64_t at = end_;
  const auto put = [&](const char* data, size_t size) -> int32_t {
    while (size > 0) {
      if (const int32_t code = context.check(error)) return code;
      const ssize_t n = pwrite(fd_, data, std::min(size, kPiece), static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return fail_errno(error, "the objects' file cannot be written");
      at += static_cast<uint64_t>(n), data += n, size -= static_cast<size_t>(n);
    }
    return SEABED_OK;
  };
  if (const int32_t code = put(head.data(), head.size())) return code;
  for (const seabed_buffer& buffer : bytes)
    if (const int32_t code = put(static_cast<const char*>(buffer.data), buffer.size)) return code;
  return SEABED_OK;
}

int32_t Journal::read(uint64_t offset, char* to, size_t size, const Context& context, Error& error) const {
  while (size > 0) {
    if (const int32_t code = context.check(error)) return code;
    const ssize_t n = pread(fd_, to, std::min(size, kPiece), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(error, "the objects' file cannot be read");
    if (n == 0) return error.fail(SEABED_CORRUPTION, "the objects' file is shorter than its records say");
    offset += static_cast<uint64_t>(n), to += n, size -= static_cast<size_t>(n);
  }
  return SEABED_OK;
}

}  // namespace acme
