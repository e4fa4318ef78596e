#pragma once
// A staged tenant's files and a writable layer above them as a FUSE file system (libfuse3).

#include <sys/types.h>

#include <functional>
#include <string>

#include "tools/mount/writable_layer.h"

namespace seabed::mount {

struct FuseDirectory {
  const rocksdb_source::StagedView& lower;
  WritableLayer& layer;
  uid_t uid = 0;  // whose all files are
  gid_t gid = 0;
  bool allow_other = false;
};

/// kUnsupported, naming the other ways to read, on a machine without FUSE or in a program built without
/// libfuse3.
Status check_fuse();
/// Serves until SIGTERM, SIGINT, SIGHUP or an unmount; then the mount point is free. `ready` is called once
/// it answers.
Status serve_fuse(const std::string& mountpoint, FuseDirectory directory, const std::function<void()>& ready);

}  // namespace seabed::mount
