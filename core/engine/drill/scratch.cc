#include "core/engine/drill/scratch.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <filesystem>

#include "core/base/log.h"

namespace seabed::drill {
namespace {

namespace fs = std::filesystem;
constexpr char kPrefix[] = "seabed-drill-";

/// The lock is the directory's own: it goes with the process, however that ends.
Result<Fd> lock(const std::string& path) {
  SEABED_TRY(Fd fd, open_directory(path));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  return fail(Code::kConflict, path, "another drill works there", "wait for it");
}

Status remove_tree(const std::string& path) {
  std::error_code ec;
  fs::remove_all(path, ec);  // never through links
  return ec ? fail_errno(path, "cannot be removed", ec.value()) : ok();
}

}  // namespace

Status sweep(const std::string& root) {
  std::error_code ec;
  for (auto it = fs::directory_iterator(root, ec); !ec && it != fs::directory_iterator(); it.increment(ec)) {
    std::error_code kind;
    if (!it->path().filename().string().starts_with(kPrefix) || !it->is_directory(kind) ||
        it->is_symlink(kind))
      continue;
    auto held = lock(it->path());
    if (!held) continue;  // alive
    log::info("drill: {} was left by one that was killed: removed", it->path().string());
    SEABED_CHECK(remove_tree(it->path()));
  }
  if (ec && ec.value() != ENOENT) return fail_errno(root, "cannot be listed", ec.value());
  return ok();
}

Result<Scratch> Scratch::make(const std::string& root, const std::string& id) {
  SEABED_CHECK(make_directories(root));
  SEABED_CHECK(sweep(root));
  const std::string path = root + "/" + kPrefix + id;
  SEABED_CHECK(make_directories(path));
  SEABED_TRY(Fd held, lock(path));
  return Scratch(path, std::move(held));
}

Scratch::~Scratch() {
  if (!lock_) return;  // moved from
  if (auto removed = remove_tree(path_); !removed) log::warn("drill: {}", removed.error().message());
}

}  // namespace seabed::drill
