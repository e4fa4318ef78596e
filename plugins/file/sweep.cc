#include "sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>

#include <cstring>
#include <memory>

#include "fd.h"
#include "upload_dir.h"

namespace seabed_file {

void sweep(int temp_dir) {
  const int copy = openat(temp_dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = copy < 0 ? nullptr : fdopendir(copy);
  if (stream == nullptr) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> closer(stream, closedir);
  while (const dirent* entry = readdir(stream)) {
    if (strncmp(entry->d_name, "u-", 2) == 0) UploadDir::remove_if_dead(temp_dir, entry->d_name);
    if (strncmp(entry->d_name, "p-", 2) != 0) continue;
    const Fd file(openat(temp_dir, entry->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (file && flock(file.get(), LOCK_EX | LOCK_NB) == 0) unlinkat(temp_dir, entry->d_name, 0);
  }
}

}  // namespace seabed_file
