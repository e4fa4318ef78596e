#include "core/engine/doctor_host.h"

#include <sys/inotify.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/base/fd.h"

namespace seabed {
namespace {

using Level = PreflightFinding::Level;

constexpr uint64_t kLowSpace = 1ull << 30;
constexpr int kQueuesPerDirectory = 2;  // the linker's and the agent's

std::string existing_part(std::string path) {
  std::error_code error;
  while (path.size() > 1 && !std::filesystem::exists(path, error))
    path = std::filesystem::path(path).parent_path();
  return path;
}

/// Files of /proc have no length: they are read to their end.
std::string limit(const char* name) {
  std::ifstream in(std::string("/proc/sys/fs/inotify/") + name);
  std::string text = "?";
  in >> text;
  return text;
}

PreflightFinding no_inotify(const std::string& what, int error, const char* sysctl) {
  return {Level::kError, "inotify",
          what + ": " + std::strerror(error) + " (fs.inotify." + sysctl + " is " + limit(sysctl) + ")",
          std::string("raise it with sysctl fs.inotify.") + sysctl +
              ", or the open files of this user (ulimit -n): without it log files are missed"};
}

}  // namespace

PreflightFinding space_finding(const std::string& what, const std::string& path) {
  struct statvfs fs {};
  if (statvfs(existing_part(path).c_str(), &fs) != 0)
    return {Level::kError, "free space", what + " " + path + " cannot be reached", "look at the mount"};
  const uint64_t left = uint64_t(fs.f_bavail) * fs.f_frsize;
  const bool low = left < kLowSpace || fs.f_bavail * 20 < fs.f_blocks;
  return {low ? Level::kWarning : Level::kOk, "free space",
          what + " " + path + ": " + std::to_string(left >> 20) + " MB left",
          low ? "free space: pinned files and writes need some" : ""};
}

PreflightFinding inotify_finding(const std::vector<std::string>& directories) {
  std::vector<Fd> queues;
  for (const std::string& directory : directories) {
    for (int i = 0; i < kQueuesPerDirectory; ++i) {
      queues.emplace_back(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
      if (!queues.back()) return no_inotify("no queue for " + directory, errno, "max_user_instances");
      const int watch = ::inotify_add_watch(queues.back().get(), directory.c_str(), IN_CREATE);
      if (watch < 0 && errno != ENOENT && errno != EACCES)
        return no_inotify(directory + " cannot be watched", errno, "max_user_watches");
    }
  }
  return {Level::kOk, "inotify",
          std::to_string(queues.size()) + " queues are to be had; limits of this user: " +
              limit("max_user_instances") + " queues, " + limit("max_user_watches") + " watches",
          ""};
}

}  // namespace seabed
