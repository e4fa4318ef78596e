#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include <cerrno>

#include "append_write.h"
#include "file_store.h"
#include "publish.h"
#include "sweep.h"
#include "transfer.h"

namespace seabed_file {

int32_t FileStore::open_for_write(Fd* root, Fd* temp, Error& error) {
  if (const int32_t code = root_.open(true, root, error)) return code;
  if (const int32_t code = open_temp_dir(root->get(), temp, error)) return code;
  std::call_once(swept_, [&] { sweep(temp->get()); });
  return SEABED_OK;
}

int32_t FileStore::put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
                       Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  if (const int32_t code = context.check(error)) return code;
  Fd root, temp_dir;
  if (const int32_t code = open_for_write(&root, &temp_dir, error)) return code;
  TempFile file;
  if (const int32_t code = file.create(temp_dir.get(), error)) return code;
  if (const int32_t code = write_at(file.fd(), 0, bytes, context, error)) return code;
  if (fdatasync(file.fd()) != 0) return fail_errno(error, "cannot be synced", errno, file.fd());
  if (const int32_t code = context.check(error)) return code;
  const int32_t code = publish(root.get(), file.dir(), file.name(), file.fd(), key, options.if_absent, error);
  if (code == SEABED_OK) file.published();
  return code;
}

namespace {
/// flock without hanging behind the deadline: another writer's append takes a sync, no more.
int32_t lock_file(int fd, const Context& context, Error& error) {
  timespec pause{0, 200'000};
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return fail_errno(error, "cannot be locked", errno);
    if (const int32_t code = context.check(error)) return code;
    nanosleep(&pause, nullptr);
    if (pause.tv_nsec < 20'000'000) pause.tv_nsec *= 2;
  }
  return SEABED_OK;
}

/// The object's file under its lock, made when `position` is 0. `gone`: removed between open and lock, try
/// again.
struct AppendFile {
  Fd dir, file;
  SplitKey name;
  bool made = false, gone = false;
  uint64_t length = 0;
};

int32_t open_append(int root, const char* key, bool create, const Context& context, AppendFile* out,
                    Error& error) {
  out->name = split(key);
  if (const int32_t code = open_dir(root, out->name.dir, create, &out->dir, error)) return code;
  out->file = open_beneath(out->dir.get(), out->name.base, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  if (!out->file && errno == ENOENT && create) {
    out->file =
        open_beneath(out->dir.get(), out->name.base, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, kFileMode);
    out->made = static_cast<bool>(out->file);
    out->gone = !out->file && (errno == EEXIST || errno == ENOENT);
    if (out->gone) return SEABED_OK;
  }
  if (!out->file) return fail_errno(error, "cannot be opened", errno, out->dir.get());
  if (const int32_t code = lock_file(out->file.get(), context, error)) return code;
  struct stat st {};
  if (fstat(out->file.get(), &st) != 0) return fail_errno(error, "cannot be inspected", errno);
  if (!S_ISREG(st.st_mode)) return error.fail(SEABED_CONFLICT, "is no regular file");
  out->gone = st.st_nlink == 0;
  out->length = static_cast<uint64_t>(st.st_size);
  return SEABED_OK;
}

/// Puts the length back, so that the failure is a clean "not done"; else the outcome is unknown.
int32_t take_back(const AppendFile& at, int32_t code, Error& error) {
  if (at.made && at.length == 0) unlinkat(at.dir.get(), at.name.base.c_str(), 0);
  if (ftruncate(at.file.get(), static_cast<off_t>(at.length)) != 0) error.outcome_unknown();
  return code;
}

int32_t write_and_sync(const AppendFile& at, Buffers bytes, const Context& context, Error& error) {
  if (const int32_t code = write_append(at.file.get(), at.length, bytes, context, error)) return code;
  if (fdatasync(at.file.get()) != 0) return fail_errno(error, "cannot be synced", errno, at.file.get());
  // Also when another writer made the file: its own sync of the directory may not be done yet.
  if (at.length == 0 && fsync(at.dir.get()) != 0)
    return fail_errno(error, "its directory cannot be synced", errno, at.dir.get());
  return SEABED_OK;
}
}  // namespace

int32_t FileStore::append(const char* key, uint64_t position, Buffers bytes, const Context& context,
                          uint64_t* length, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  if (const int32_t code = context.check(error)) return code;
  Fd root;
  if (const int32_t code = root_.open(position == 0, &root, error)) return code;
  AppendFile at;
  do {
    at = AppendFile();
    if (const int32_t code = context.check(error)) return code;
    if (const int32_t code = open_append(root.get(), key, position == 0, context, &at, error)) return code;
  } while (at.gone);
  *length = at.length;
  if (at.length != position)
    return error.fail(SEABED_CONFLICT, "has %llu bytes, an append at %llu was asked for",
                      static_cast<unsigned long long>(at.length), static_cast<unsigned long long>(position));
  if (const int32_t code = write_and_sync(at, bytes, context, error)) return take_back(at, code, error);
  *length = position + total_size(bytes);
  return SEABED_OK;
}

}  // namespace seabed_file
