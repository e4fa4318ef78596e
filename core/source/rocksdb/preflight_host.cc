// Are we allowed to, and is there room?

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/source/rocksdb/linker.h"
#include "core/source/rocksdb/preflight_checks.h"

namespace seabed::rocksdb_source {
namespace {

std::string gigabytes(uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

bool protected_hardlinks() {
  const auto text = read_file("/proc/sys/fs/protected_hardlinks", 64);
  return text && text->starts_with('1');
}

/// The nearest part of the path that exists.
std::string existing_part(std::string path) {
  std::error_code ec;
  while (path.size() > 1 && !std::filesystem::exists(path, ec))
    path = std::filesystem::path(path).parent_path();
  return path;
}

/// 0 or the errno of linking and unlinking CURRENT.
int try_link(const std::string& from, const std::string& pin_directory) {
  const std::string probe = pin_directory + "/.preflight-" + std::to_string(::getpid());
  ::unlink(probe.c_str());
  if (::link((from + "/CURRENT").c_str(), probe.c_str()) != 0) return errno;
  ::unlink(probe.c_str());
  return 0;
}

void check_linker(const std::string& links, PreflightReport& report) {
  const auto told = read_linker_status(links);
  if (!told) return report.warn("linker", told.error().message(), "look again in a second: a linker has just begun");
  if (!told->error.empty())
    return report.error("linker", told->error, "until then the log of the database is not protected");
  report.ok("linker", "a linker process serves this stream");
}

}  // namespace

bool check_paths(const StreamConfig& config, PreflightReport& report) {
  struct Path {
    const char* what;
    const std::string* path;
  };
  for (const Path& p :
       {Path{"database directory", &config.directory}, Path{"pin directory", &config.pin_directory}}) {
    if (!p.path->starts_with('/')) {
      report.error(p.what, *p.path + " is not an absolute path", "give it from the root on");
      return false;
    }
  }
  if (const auto directory = open_directory(config.directory); !directory) {
    report.error("database directory", directory.error());
    return false;
  }
  return true;
}

void check_owner(const StreamConfig& config, PreflightReport& report) {
  struct stat st {};
  if (::stat((config.directory + "/CURRENT").c_str(), &st) != 0) return;
  const uid_t me = ::geteuid();
  if (st.st_uid == me || me == 0) return report.ok("owner", "the database's files may be read and linked");
  const std::string text = "the database belongs to user id " + std::to_string(st.st_uid) +
                           ", this process runs as " + std::to_string(me);
  if (protected_hardlinks())
    report.warn("owner", text + ", and fs.protected_hardlinks is on: links may be refused",
                "run agent and linker as the database's user");
  else
    report.warn("owner", text, "run agent and linker as the database's user");
}

void check_links(const StreamConfig& config, PreflightReport& report) {
  if (const Status made = make_directories(config.pin_directory); !made)
    return report.error("links", made.error());
  struct stat here {
  }, there{};
  const bool known =
      ::stat(config.directory.c_str(), &here) == 0 && ::stat(config.pin_directory.c_str(), &there) == 0;
  if (known && here.st_dev != there.st_dev)
    return report.error(
        "links", config.pin_directory + " is on another file system than the database",
        "put the pin directory on the database's file system: its log cannot be protected otherwise");
  const int error = try_link(config.directory, config.pin_directory);
  if (error == EXDEV)
    report.error("links", config.pin_directory + " is behind another mount than the database",
                 "put it on the same mount");
  else if (error != 0)
    report.error("links",
                 std::string("a hard link to the database's files is refused: ") + std::strerror(error),
                 "run agent and linker as the database's user, or clear fs.protected_hardlinks");
  else
    report.ok("links", "hard links into " + config.pin_directory + " work");
  if (linker_runs(link_directory(config.pin_directory)))
    return check_linker(link_directory(config.pin_directory), report);
  report.warn("linker", "no linker process serves this stream",
              "start `seabed linker`: without it each restart of the agent may lose log");
}

void check_space(const StreamConfig& config, PreflightReport& report) {
  struct statvfs fs {};
  if (::statvfs(existing_part(config.pin_directory).c_str(), &fs) != 0) return;
  const uint64_t free = static_cast<uint64_t>(fs.f_bavail) * fs.f_frsize;
  const uint64_t limit = config.pinned_limit_bytes != 0 ? config.pinned_limit_bytes : kDefaultPinnedLimit;
  const std::string text =
      gigabytes(free) + " are free on the database's disk, up to " + gigabytes(limit) + " may be pinned";
  if (free < limit)
    report.warn("space", text, "lower the stream's limit of pinned bytes or make room");
  else
    report.ok("space", text);
}

}  // namespace seabed::rocksdb_source
