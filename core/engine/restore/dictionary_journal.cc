#include "core/engine/restore/dictionary_journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/fd.h"
#include "core/format/frame.h"
#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"

namespace seabed::restore {
namespace {

constexpr size_t kMost = 4ull << 30;

std::string path_of(const std::string& directory, const char* name) { return directory + "/" + name; }

struct Log {
  std::vector<LogGroup> groups;
  uint64_t length = 0;  // of the whole ones; a crash leaves a torn one behind them
};

Result<Log> read_log(const std::string& directory) {
  Log out;
  const auto bytes = read_file(path_of(directory, kDictionaryLog), kMost);
  if (!bytes && bytes.error().code == Code::kNotFound) return out;
  if (!bytes) return fail(bytes.error());
  size_t used = 0, needed = 0;
  std::string reason;
  for (LogGroup group; decode_group(std::string_view(*bytes).substr(out.length), &group, &used, &needed,
                                    &reason) == GroupRead::kGroup;) {
    out.length += used;
    out.groups.push_back(std::move(group));
  }
  return out;
}

Result<KeptDictionary> read_fold(const std::string& directory) {
  const std::string path = path_of(directory, kDictionaryFold);
  const auto bytes = read_file(path, kMost);
  if (!bytes && bytes.error().code == Code::kNotFound)
    return fail(Code::kUnsupported, directory, "was restored by a version that kept no dictionary",
                "restore it again to archive it");
  if (!bytes) return fail(bytes.error());
  SEABED_TRY(const std::string body, decode_file(FileType::kSchemaMeta, *bytes, path));
  meta::DictionaryFold fold;
  if (!fold.ParseFromString(body)) return fail(Code::kCorruption, path, "is no dictionary", "restore again");
  KeptDictionary out;
  archive::apply(fold.state(), &out.state);
  out.end.bytes = fold.lsn();
  out.scn = fold.scn();
  return out;
}

}  // namespace

Status begin_dictionary(const std::string& directory, const archive::DictionaryState& state, Scn scn,
                        const Lsn& end) {
  SEABED_CHECK(remove_dictionary(directory));
  return write_file_atomic(path_of(directory, kDictionaryFold),
                           encode_file(FileType::kSchemaMeta, archive::fold_body(state, scn, end)));
}

Status append_dictionary(const std::string& directory, const std::vector<LogGroup>& groups) {
  if (groups.empty()) return ok();
  const auto fold = read_fold(directory);
  if (!fold && fold.error().code == Code::kUnsupported) return ok();
  if (!fold) return fail(fold.error());
  SEABED_TRY(const Log log, read_log(directory));
  const Scn last = log.groups.empty() ? fold->scn : log.groups.back().scn_hi;
  std::string bytes;
  for (const LogGroup& group : groups)
    if (group.scn_hi > last) bytes += encode_group(group);
  const std::string path = path_of(directory, kDictionaryLog);
  const Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno(path, "cannot be opened", errno);
  if (::ftruncate(fd.get(), static_cast<off_t>(log.length)) != 0)
    return fail_errno(path, "its torn tail cannot be cut", errno);
  SEABED_CHECK(pwrite_full(fd.get(), bytes, log.length, path));
  if (::fsync(fd.get()) != 0) return fail_errno(path, "cannot be synced", errno);
  return fsync_directory(directory);
}

Status remove_dictionary(const std::string& directory) {
  for (const char* name : {kDictionaryFold, kDictionaryLog}) {
    const std::string path = path_of(directory, name);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail_errno(path, "cannot be removed", errno);
  }
  return ok();
}

Result<KeptDictionary> read_dictionary_journal(const std::string& directory, Scn readable) {
  SEABED_TRY(KeptDictionary out, read_fold(directory));
  SEABED_TRY(Log log, read_log(directory));
  for (LogGroup& group : log.groups) {
    if (group.scn_hi > readable) break;
    meta::DictionaryRecord record;
    if (!record.ParseFromString(group.payload))
      return fail(Code::kCorruption, path_of(directory, kDictionaryLog), "holds an unknown record",
                  "restore again");
    // A new life of the dictionary tells all that it knows from its beginning.
    const bool same_life = group.begin.bytes.substr(0, 8) == out.end.bytes.substr(0, 8);
    if (!same_life) out.state = {};
    archive::apply(record, &out.state);
    out.end = group.end;
    out.scn = group.scn_hi;
    out.groups.push_back(std::move(group));
  }
  return out;
}

}  // namespace seabed::restore
