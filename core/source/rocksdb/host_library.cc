#include "core/source/rocksdb/host_library.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/version.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <memory>

#include "core/base/fd.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/known_comparators.h"
#include "core/source/rocksdb/manifest_reader.h"
#include "core/source/rocksdb/newest_options.h"

namespace seabed::rocksdb_source {
namespace {

constexpr uint64_t kMostLog = 256ull << 20;  // it is replayed into memory, and nothing is flushed

std::array<uint32_t, 3> numbers(const std::string& version) {
  std::array<uint32_t, 3> out{};
  const char *at = version.data(), *end = at + version.size();
  for (uint32_t& n : out) {
    const auto [next, error] = std::from_chars(at, end, n);
    if (error != std::errc()) break;
    at = next;
    if (at == end || *at != '.') break;
    ++at;
  }
  return out;
}

Status to_status(const std::string& directory, const ::rocksdb::Status& s) {
  if (s.ok()) return ok();
  const bool locked = s.IsIOError() && s.ToString().find("lock") != std::string::npos;
  if (locked)
    return fail(Code::kConflict, directory, "is open: its own program's RocksDB writes its files",
                "nothing is left to do there, or close it first");
  return fail(s.IsCorruption() ? Code::kCorruption : Code::kIo, directory, s.ToString());
}

Result<std::unique_ptr<ManifestReader>> current_manifest(const std::string& directory) {
  SEABED_TRY(const Fd fd, open_directory(directory));
  SEABED_TRY(std::string name, read_file(directory + "/CURRENT", 4096));
  while (!name.empty() && name.back() == '\n') name.pop_back();
  const auto parsed = parse_db_file_name(name);
  if (!parsed || parsed->kind != DbFileKind::kManifest)
    return fail(Code::kCorruption, directory + "/CURRENT", "names no MANIFEST");
  SEABED_TRY(auto reader, ManifestReader::open(fd.get(), parsed->number, directory + "/" + name));
  SEABED_CHECK(reader->read_on());
  return reader;
}

Status check_log(const std::string& directory) {
  SEABED_TRY(const Fd fd, open_directory(directory));
  SEABED_TRY(const auto files, list_db_files(fd.get(), directory));
  uint64_t bytes = 0;
  std::error_code ec;
  for (const ListedFile& file : files)
    if (file.name.kind == DbFileKind::kWal)
      bytes += std::filesystem::file_size(directory + "/" + file.text, ec);
  if (bytes <= kMostLog) return ok();
  return fail(Code::kConflict, directory,
              "has " + std::to_string(bytes >> 20) + " MiB of log that was not replayed yet",
              "start its program once: it replays it, then run the job again");
}

/// Opening writes an OPTIONS file with the few settings of ours: applications that load theirs from it (LoadLatestOptions)
/// would run with them.
Status keep_options(const std::string& directory, const std::string& before) {
  constexpr std::string_view kKey = "rocksdb_version=";
  const size_t at = before.find(kKey);
  if (at == before.npos) return ok();
  const size_t begin = at + kKey.size(), end = std::min(before.find('\n', begin), before.size());
  SEABED_TRY(const NewestOptions written, newest_options(directory));
  return write_file_atomic(directory + "/" + written.name,
                           before.substr(0, begin) + host_version() + before.substr(end), 0640);
}

}  // namespace

std::string host_version() {
  return std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR) + "." +
         std::to_string(ROCKSDB_PATCH);
}

Result<std::string> database_version(const std::string& directory) {
  SEABED_TRY(const NewestOptions options, newest_options(directory));
  const auto found = options.facts.version.find("rocksdb_version");
  if (found != options.facts.version.end()) return found->second;
  return fail(Code::kNotFound, directory + "/" + options.name, "names no version of RocksDB");
}

Status refuse_newer(const std::string& written_by, const std::string& host) {
  if (written_by.empty() || numbers(written_by) <= numbers(host)) return ok();
  return fail(Error{Code::kUnsupported, "RocksDB " + written_by,
                    "wrote the backup, this host has the older " + host,
                    "restore on a host with RocksDB " + written_by + " or newer", 0, 4179});
}

Status open_once(const std::string& directory) {
  if (const auto version = database_version(directory); version) SEABED_CHECK(refuse_newer(*version, host_version()));
  SEABED_CHECK(check_log(directory));
  std::string options;  // none: a database may be told not to write them
  if (const auto newest = newest_options(directory); newest) {
    SEABED_TRY(options, read_file(directory + "/" + newest->name, 256 << 20));
  }
  SEABED_TRY(const auto manifest, current_manifest(directory));
  KnownComparators comparators;
  std::vector<::rocksdb::ColumnFamilyDescriptor> families;
  for (const auto& [id, family] : manifest->version().families()) {
    ::rocksdb::ColumnFamilyOptions o;
    SEABED_TRY(o.comparator, comparators.find(family.comparator));
    o.disable_auto_compactions = true;
    o.write_buffer_size = 8 * kMostLog;  // nothing is flushed: merge operators are the application's
    families.emplace_back(family.name, o);
  }
  ::rocksdb::DBOptions o;
  o.allow_2pc = true;
  o.avoid_flush_during_recovery = o.avoid_flush_during_shutdown = true;
  o.max_open_files = 1000;
  o.skip_stats_update_on_db_open = o.skip_checking_sst_file_sizes_on_db_open = true;
  std::vector<::rocksdb::ColumnFamilyHandle*> handles;
  ::rocksdb::DB* opened = nullptr;
  SEABED_CHECK(to_status(directory, ::rocksdb::DB::Open(o, directory, families, &handles, &opened)));
  std::unique_ptr<::rocksdb::DB> db(opened);
  for (auto* handle : handles) (void)db->DestroyColumnFamilyHandle(handle);
  ::rocksdb::CancelAllBackgroundWork(db.get(), true);
  SEABED_CHECK(to_status(directory, db->Close()));
  return keep_options(directory, options);
}

}  // namespace seabed::rocksdb_source
