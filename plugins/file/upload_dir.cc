#include "upload_dir.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <functional>
#include <memory>

#include "publish.h"

namespace seabed_file {

namespace {
struct IndexHeader {
  uint64_t magic = 0x31564c5044414553;  // "SEADPLV1"
  uint64_t part_bytes = 0;              // 0: not decided
};
static_assert(sizeof(UploadRecord) == 24);
constexpr int kRaces = 100;

off_t record_offset(uint32_t number) {
  return static_cast<off_t>(sizeof(IndexHeader) + uint64_t{number - 1} * sizeof(UploadRecord));
}

uint64_t boot() {
  static const uint64_t value = [] {
    char text[64] = {};
    const Fd file(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
    const ssize_t n = file ? ::read(file.get(), text, sizeof text) : 0;
    return n > 0 ? std::hash<std::string_view>()({text, static_cast<size_t>(n)}) : 0;
  }();
  return value;
}

bool write_all(int fd, std::string_view bytes) {
  return ::pwrite(fd, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
}

bool plausible(const std::string& id) {
  return id.size() > 2 && id.size() < 64 && id.compare(0, 2, "u-") == 0 &&
         id.find_first_not_of("0123456789abcdef", 2) == std::string::npos;
}

std::string now_text() {
  timespec ts{};
  clock_gettime(CLOCK_REALTIME, &ts);
  return std::to_string(static_cast<uint64_t>(ts.tv_sec) * 1000000000u + static_cast<uint64_t>(ts.tv_nsec));
}
}  // namespace

/// Leaves it locked: an upload that is not whole and not locked is left from a dead process.
int32_t UploadDir::make_directory(int temp_dir, Error& error) {
  for (int race = 0; race < kRaces; ++race) {
    id_ = unique_name("u-");
    if (mkdirat(temp_dir, id_.c_str(), kDirMode) != 0)
      return fail_errno(error, "an upload cannot be made", errno, temp_dir);
    dir_ = open_beneath(temp_dir, id_, O_RDONLY | O_DIRECTORY);
    if (!dir_ && errno != ENOENT) return fail_errno(error, "an upload cannot be opened", errno);
    struct stat st {};
    const bool locked = dir_ && (flock(dir_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK);
    if (locked && fstat(dir_.get(), &st) == 0 && st.st_nlink > 0) return SEABED_OK;
    // A sweeper took it for one of a dead process in the moment before the lock.
  }
  return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "uploads are being removed by someone");
}

int32_t UploadDir::create(int temp_dir, const std::string& key, uint64_t part_bytes, Error& error) {
  key_ = key;
  if (const int32_t code = make_directory(temp_dir, error)) return code;
  constexpr int kNew = O_RDWR | O_CREAT | O_EXCL;
  Fd data, name;
  int32_t code = open_file("data", kNew, &data, error);
  if (code == SEABED_OK) code = open_file("index", kNew, &index_, error);
  if (code == SEABED_OK) code = open_file("key", kNew, &name, error);
  IndexHeader header;
  header.part_bytes = part_bytes;
  const std::string text = now_text() + "\n" + key;
  if (code == SEABED_OK &&
      (pwrite(index_.get(), &header, sizeof header, 0) != sizeof header || !write_all(name.get(), text)))
    code = fail_errno(error, "an upload cannot be written", errno == 0 ? ENOSPC : errno, temp_dir);
  if (code != SEABED_OK) destroy(temp_dir);
  return code;
}

int32_t UploadDir::open(int temp_dir, const std::string& id, const char* key, Error& error) {
  const auto none = [&error] { return error.fail(SEABED_NOT_FOUND, "there is no such upload of it"); };
  if (!plausible(id)) return none();
  id_ = id;
  dir_ = open_beneath(temp_dir, id, O_RDONLY | O_DIRECTORY);
  if (!dir_) return errno == ENOENT ? none() : fail_errno(error, "its upload cannot be opened", errno);
  if (const int32_t code = open_file("index", O_RDWR, &index_, error))
    return code == SEABED_NOT_FOUND ? none() : code;
  if (const int32_t code = read_key(error)) return code == SEABED_NOT_FOUND ? none() : code;
  if (faccessat(dir_.get(), "data", F_OK, 0) != 0 && errno == ENOENT)
    return none();  // published: complete was killed after it
  return key == nullptr || key_ == key ? int32_t{SEABED_OK} : none();
}

int32_t UploadDir::read_key(Error& error) {
  Fd file;
  if (const int32_t code = open_file("key", O_RDONLY, &file, error)) return code;
  char text[kMaxKey + 32];
  const ssize_t n = pread(file.get(), text, sizeof text, 0);
  if (n <= 0) return error.fail(SEABED_NOT_FOUND, "the upload is broken");
  const std::string_view all(text, static_cast<size_t>(n));
  const size_t line = all.find('\n');
  if (line == std::string_view::npos) return error.fail(SEABED_NOT_FOUND, "the upload is broken");
  std::from_chars(text, text + line, started_ns_);
  key_ = std::string(all.substr(line + 1));
  return SEABED_OK;
}

int32_t UploadDir::open_file(const char* name, int flags, Fd* out, Error& error) const {
  *out = open_beneath(dir_.get(), name, flags | O_NOFOLLOW, kFileMode);
  return *out ? int32_t{SEABED_OK} : fail_errno(error, "its upload cannot be opened", errno, dir_.get());
}

int32_t UploadDir::part_bytes(uint64_t proposal, uint64_t* out, Error& error) const {
  IndexHeader header, wanted;
  // The lock is of this open file: several threads of one process exclude each other as well.
  while (flock(index_.get(), LOCK_EX) != 0)
    if (errno != EINTR) return fail_errno(error, "its upload cannot be locked", errno);
  int failed = 0;
  if (pread(index_.get(), &header, sizeof header, 0) != sizeof header || header.magic != wanted.magic)
    failed = EIO;
  if (failed == 0 && header.part_bytes == 0) {
    header.part_bytes = proposal;
    if (pwrite(index_.get(), &header, sizeof header, 0) != sizeof header) failed = errno == 0 ? EIO : errno;
  }
  flock(index_.get(), LOCK_UN);
  *out = header.part_bytes;
  return failed == 0 ? int32_t{SEABED_OK} : fail_errno(error, "its upload is broken", failed, dir_.get());
}

int32_t UploadDir::write_record(const UploadRecord& from, Error& error) const {
  UploadRecord record = from;
  record.boot = boot();
  if (pwrite(index_.get(), &record, sizeof record, record_offset(record.number)) == sizeof record)
    return SEABED_OK;
  return fail_errno(error, "its upload cannot be written", errno, dir_.get());
}

std::optional<UploadRecord> UploadDir::read_record(uint32_t number) const {
  UploadRecord record;
  if (number == 0) return std::nullopt;
  if (pread(index_.get(), &record, sizeof record, record_offset(number)) != sizeof record)
    return std::nullopt;
  if (record.number != number || record.boot != boot()) return std::nullopt;
  return record;
}

uint32_t UploadDir::max_number() const {
  struct stat st {};
  if (fstat(index_.get(), &st) != 0 || st.st_size < static_cast<off_t>(sizeof(IndexHeader))) return 0;
  return static_cast<uint32_t>((static_cast<uint64_t>(st.st_size) - sizeof(IndexHeader)) /
                               sizeof(UploadRecord));
}

void UploadDir::destroy(int temp_dir) {
  // `key` goes first: without it the rest is no upload any more.
  unlinkat(dir_.get(), "key", 0);
  const int copy = fcntl(dir_.get(), F_DUPFD_CLOEXEC, 0);
  DIR* stream = copy < 0 ? nullptr : fdopendir(copy);
  if (stream == nullptr) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> closer(stream, closedir);
  rewinddir(stream);
  while (const dirent* entry = readdir(stream)) unlinkat(dir_.get(), entry->d_name, 0);
  unlinkat(temp_dir, id_.c_str(), AT_REMOVEDIR);
}

void UploadDir::remove_if_dead(int temp_dir, const std::string& id) {
  Error quiet(nullptr);
  UploadDir found, again;
  if (found.open(temp_dir, id, nullptr, quiet) != SEABED_NOT_FOUND || !found.dir_) return;
  if (flock(found.dir_.get(), LOCK_EX | LOCK_NB) != 0) return;  // being made
  if (again.open(temp_dir, id, nullptr, quiet) == SEABED_NOT_FOUND) found.destroy(temp_dir);
}

}  // namespace seabed_file
