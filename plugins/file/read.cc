#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>

#include "file_store.h"
#include "transfer.h"

namespace seabed_file {

namespace {
/// A directory, a device or a link is no object; a file in place of one of the key's directories neither.
int32_t open_object(const Root& root, const char* key, int flags, Fd* out, struct stat* st, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  Fd dir;
  if (const int32_t code = root.open(false, &dir, error)) return code;
  *out = open_beneath(dir.get(), key, flags | O_NOFOLLOW);
  if (!*out && errno == ENOTDIR) errno = ENOENT;
  if (!*out) return fail_errno(error, "cannot be opened", errno);
  if (fstat(out->get(), st) != 0) return fail_errno(error, "cannot be inspected", errno);
  if (!S_ISREG(st->st_mode)) return error.fail(SEABED_NOT_FOUND, "is no object");
  return SEABED_OK;
}
}  // namespace

int32_t FileStore::stat(const char* key, const Context& context, ObjectStat* out, Error& error) {
  if (const int32_t code = context.check(error)) return code;
  Fd file;
  struct stat st {};
  if (const int32_t code = open_object(root_, key, O_PATH, &file, &st, error)) return code;
  out->size = static_cast<uint64_t>(st.st_size);
  out->modified_ns =
      static_cast<uint64_t>(st.st_mtim.tv_sec) * 1000000000u + static_cast<uint64_t>(st.st_mtim.tv_nsec);
  thread_local char etag[64];
  std::snprintf(etag, sizeof etag, "%" PRIx64 "-%" PRIx64 "-%" PRIx64, static_cast<uint64_t>(st.st_ino),
                out->size, out->modified_ns);
  out->etag = etag;
  return SEABED_OK;
}

int32_t FileStore::read_at(const char* key, uint64_t offset, void* buffer, size_t size,
                           const Context& context, size_t* out, Error& error) {
  if (const int32_t code = context.check(error)) return code;
  Fd file;
  struct stat st {};
  if (const int32_t code = open_object(root_, key, O_RDONLY | O_NONBLOCK, &file, &st, error)) return code;
  return seabed_file::read_at(file.get(), offset, buffer, size, context, out, error);
}

}  // namespace seabed_file
