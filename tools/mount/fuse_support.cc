// Whether this machine, and this build, can mount.
#include <fcntl.h>

#include <cerrno>
#include <cstring>

#include "core/base/fd.h"
#include "tools/mount/fuse_directory.h"

namespace seabed::mount {

namespace {

tl::unexpected<Error> no_fuse(const std::string& object, const std::string& why) {
  return fail(
      Code::kUnsupported, object, why,
      "read the tenant with `seabed tenant get|scan|count`, or from a C++ program with seabed::open_quick");
}

}  // namespace

#if SEABED_FUSE

Status check_fuse() {
  const Fd device(::open("/dev/fuse", O_RDWR | O_CLOEXEC));
  if (device) return ok();
  return no_fuse("/dev/fuse", std::string("this machine has no FUSE for this user: ") + std::strerror(errno));
}

#else

Status check_fuse() { return no_fuse("seabed mount", "this program was built without libfuse3"); }

Status serve_fuse(const std::string&, FuseDirectory, const std::function<void()>&) { return check_fuse(); }

#endif

}  // namespace seabed::mount
