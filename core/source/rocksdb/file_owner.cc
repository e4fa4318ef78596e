#include "core/source/rocksdb/file_owner.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace seabed::rocksdb_source {

std::optional<uid_t> database_owner(int directory) {
  struct stat st {};
  if (::fstatat(directory, "CURRENT", &st, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return st.st_uid;
}

std::optional<uid_t> database_owner(const std::string& directory) {
  struct stat st {};
  if (::lstat((directory + "/CURRENT").c_str(), &st) != 0) return std::nullopt;
  return st.st_uid;
}

Status check_owner(int file, const std::string& name, std::optional<uid_t> owner) {
  struct stat st {};
  if (::fstat(file, &st) != 0) return fail_errno(name, "cannot be inspected", errno);
  if (!owner || st.st_uid == *owner || st.st_uid == ::geteuid()) return ok();
  return fail(Code::kPermissionDenied, name, "belongs to another user than the database's CURRENT file",
              "look who put it there: it is not read");
}

}  // namespace seabed::rocksdb_source
