// status.json of the linker: written by its thread, read by the agent and by `seabed doctor`.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/source/rocksdb/link_store.h"

namespace seabed::rocksdb_source {

namespace {
using nlohmann::json;
std::string status_path(const std::string& links) { return links + "/status.json"; }
}  // namespace

Status write_linker_status(const std::string& links, const LinkerStats& s) {
  const json j = {{"pinned_bytes", s.pinned_bytes},
                  {"limit_bytes", s.limit_bytes},
                  {"linked_files", s.linked_files},
                  {"held_files", s.held_files},
                  {"oldest_wal", s.oldest_wal},
                  {"newest_wal", s.newest_wal},
                  {"oldest_age_s", s.oldest_age_s},
                  {"links_made", s.links_made},
                  {"replaced", s.replaced},
                  {"failed", s.failed},
                  {"missed", s.missed},
                  {"dropped", s.dropped},
                  {"overflows", s.overflows},
                  {"over_limit", s.over_limit},
                  {"keeps_log", s.keeps_log},
                  {"watching", s.watching},
                  {"error", s.error},
                  {"written_at", s.written_at},
                  {"pid", s.pid}};
  // Renamed but not synced: worth nothing after a crash of the machine.
  const std::string path = status_path(links), temporary = path + ".tmp";
  const Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno(temporary, "cannot be written", errno);
  SEABED_CHECK(pwrite_full(fd.get(), j.dump(1) + "\n", 0, temporary));
  if (::rename(temporary.c_str(), path.c_str()) != 0) return fail_errno(path, "cannot be replaced", errno);
  return ok();
}

Result<LinkerStats> read_linker_status(const std::string& links) {
  SEABED_TRY(const std::string text, read_file(status_path(links), 1 << 20));
  const json j = json::parse(text, nullptr, false);
  if (!j.is_object()) return fail(Code::kCorruption, status_path(links), "is no JSON object");
  LinkerStats s;
  try {
    j.at("pinned_bytes").get_to(s.pinned_bytes);
    j.at("limit_bytes").get_to(s.limit_bytes);
    j.at("linked_files").get_to(s.linked_files);
    j.at("held_files").get_to(s.held_files);
    j.at("oldest_wal").get_to(s.oldest_wal);
    j.at("newest_wal").get_to(s.newest_wal);
    j.at("oldest_age_s").get_to(s.oldest_age_s);
    j.at("links_made").get_to(s.links_made);
    j.at("replaced").get_to(s.replaced);
    j.at("failed").get_to(s.failed);
    j.at("missed").get_to(s.missed);
    j.at("dropped").get_to(s.dropped);
    j.at("overflows").get_to(s.overflows);
    j.at("over_limit").get_to(s.over_limit);
    s.keeps_log = j.value("keeps_log", false);
    j.at("watching").get_to(s.watching);
    j.at("error").get_to(s.error);
    j.at("written_at").get_to(s.written_at);
    j.at("pid").get_to(s.pid);
  } catch (const json::exception&) {
    return fail(Code::kCorruption, status_path(links), "lacks a field");
  }
  return s;
}

}  // namespace seabed::rocksdb_source
