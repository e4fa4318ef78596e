#include "core/catalog/owner_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>

namespace seabed {

Result<Fd> take_owner_lock(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno(path, "cannot open the lock file", errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    char owner[32] = {};
    if (::pread(fd.get(), owner, sizeof(owner) - 1, 0) < 0) owner[0] = 0;
    owner[std::strcspn(owner, "\n")] = 0;
    return fail(Code::kConflict, path,
                std::string("process ") + (*owner ? owner : "?") + " owns this catalog",
                "an agent may be running: give its socket in the configuration, or stop it");
  }
  std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.get(), 0) != 0) return fail_errno(path, "cannot write the lock file", errno);
  SEABED_CHECK(pwrite_full(fd.get(), pid, 0, path));
  return fd;
}

}  // namespace seabed
