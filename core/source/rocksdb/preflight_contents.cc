// Is it a RocksDB whose files can be read?

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/base/bytes.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/log_framing.h"
#include "core/source/rocksdb/newest_options.h"
#include "core/source/rocksdb/preflight_checks.h"
#include "core/source/rocksdb/write_batch.h"

namespace seabed::rocksdb_source {
namespace {

constexpr char kEncrypted[] = "a database with an encrypted or custom Env cannot be attached";
constexpr uint64_t kKnownMagics[] = {0x88e241b785f4cff7ull,
                                     0xdb4775248b80fb57ull,  // block-based, and its first form
                                     0x8242229663bf9564ull, 0x4f3418eb7a8f13b8ull,  // plain
                                     0x926789d0c5f17873ull};                        // cuckoo
const std::set<std::string> kComparators = {"leveldb.BytewiseComparator", "rocksdb.ReverseBytewiseComparator",
                                            "RocksDB_SE_v3.10", "rev:RocksDB_SE_v3.10"};

const std::string& wal_directory(const StreamConfig& config) {
  return config.wal_directory.empty() ? config.directory : config.wal_directory;
}

bool known_table(int directory, const std::string& name) {
  const auto fd = open_beneath(directory, name, O_RDONLY);
  if (!fd) return true;  // compacted away meanwhile
  const off_t size = ::lseek(fd->get(), 0, SEEK_END);
  char magic[8];
  if (size < 8) return false;
  const auto n = pread_full(fd->get(), magic, static_cast<uint64_t>(size) - 8, name);
  return n && *n == 8 &&
         std::find(std::begin(kKnownMagics), std::end(kKnownMagics), load_u64(magic)) !=
             std::end(kKnownMagics);
}

void check_first_record(const std::string& path, uint64_t number, PreflightReport& report) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  std::string head(4 << 20, '\0');
  const auto n = fd ? pread_full(fd.get(), head, 0, path) : Result<size_t>(size_t{0});
  head.resize(n ? *n : 0);
  LogParser parser(number);
  const ParseResult got = parser.next(head, 0);
  if (got.outcome == ParseOutcome::kUnsupported)
    return report.error("log", path + ": " + got.reason, "use a newer Seabed");
  if (got.outcome == ParseOutcome::kCorrupt) return report.error("log", path + ": " + got.reason, kEncrypted);
  if (got.outcome == ParseOutcome::kRecord && got.record.kind == RecordKind::kData) {
    BatchFacts facts;
    if (const Status walked = walk_batch(got.record.data, false, &facts); !walked)
      return report.error("log", walked.error());
  }
  report.ok("log", "the newest log file can be parsed");
}

}  // namespace

std::unique_ptr<ManifestReader> check_manifest(const StreamConfig& config, PreflightReport& report) {
  const auto open = [&]() -> Result<std::unique_ptr<ManifestReader>> {
    SEABED_TRY(const Fd directory, open_directory(config.directory));
    SEABED_TRY(const uint64_t number, read_current(directory.get(), config.directory));
    SEABED_TRY(auto reader, ManifestReader::open(directory.get(), number, config.directory));
    SEABED_CHECK(reader->read_on());
    if (reader->frozen_length() == 0)
      return fail(Code::kCorruption, config.directory + "/" + manifest_name(number), "holds no whole record",
                  kEncrypted);
    return reader;
  };
  auto reader = open();
  for (int i = 0; !reader && reader.error().code == Code::kNotFound && i < 5; ++i)
    reader = open();  // rotated meanwhile
  if (!reader) {
    report.error("database", reader.error());
    return nullptr;
  }
  size_t files = 0;
  for (const auto& [id, family] : (*reader)->version().families()) files += family.files.size();
  report.ok("database", "a RocksDB database of " + std::to_string((*reader)->version().families().size()) +
                            " column families and " + std::to_string(files) + " SST files");
  return std::move(*reader);
}

void check_comparators(const Version& version, PreflightReport& report) {
  std::set<std::string> unknown;
  for (const auto& [id, family] : version.families())
    if (!family.comparator.empty() && !kComparators.contains(family.comparator))
      unknown.insert(family.comparator);
  for (const std::string& name : unknown)
    report.warn("comparator", "comparator " + name + " is the application's own",
                "backup, archive and restore work; table restore needs the application");
  if (unknown.empty()) report.ok("comparator", "all comparators are known");
}

void check_tables(const StreamConfig& config, const Version& version, PreflightReport& report) {
  const auto directory = open_directory(config.directory);
  if (!directory) return;
  const SstFacts* sample = nullptr;
  for (const auto& [id, family] : version.families()) {
    for (const auto& [number, sst] : family.files) {
      if (sst.path_id != 0)
        return report.error("paths", sst_name(number) + " lies under another path (db_paths, cf_paths)",
                            "attach only databases whose files lie in one directory");
      sample = &sst;
    }
  }
  report.ok("paths", "all files lie in the database's directory");
  if (sample != nullptr && !known_table(directory->get(), sst_name(sample->number)))
    report.error("tables", sst_name(sample->number) + " does not end like an SST file", kEncrypted);
  else
    report.ok("tables", sample ? "SST files are plain" : "there are no SST files yet");
}

void check_log(const StreamConfig& config, PreflightReport& report) {
  const auto directory = open_directory(wal_directory(config));
  if (!directory) return report.error("log", directory.error());
  const auto files = list_db_files(directory->get(), wal_directory(config));
  if (!files) return report.error("log", files.error());
  uint64_t newest = 0;
  for (const ListedFile& file : *files)
    if (file.name.kind == DbFileKind::kWal) newest = std::max(newest, file.name.number);
  if (newest == 0)
    return report.warn("log", "there is no log file in " + wal_directory(config),
                       "when the application keeps its log elsewhere, configure the stream's wal_directory");
  check_first_record(wal_directory(config) + "/" + wal_name(newest), newest, report);
}

void check_options(const StreamConfig& config, PreflightReport& report) {
  const auto newest = newest_options(config.directory);
  if (!newest)
    return report.warn("options", "no OPTIONS file can be read",
                       "log directory and log recycling cannot be checked");
  const OptionsFacts& facts = newest->facts;
  const std::string wal_dir =
      facts.get("wal_dir");  // relative ones are relative to the application, wherever that runs
  std::error_code ec;
  if (wal_dir.starts_with("/") && !std::filesystem::equivalent(wal_dir, wal_directory(config), ec))
    report.error("log directory", "the database keeps its log in " + wal_dir,
                 "configure the stream's wal_directory = \"" + wal_dir + "\"");
  else
    report.ok("log directory", wal_directory(config));
  const std::string recycled = facts.get("recycle_log_file_num");
  if (!recycled.empty() && recycled != "0") {
    const std::string text =
        "recycle_log_file_num is " + recycled + ": log files are overwritten, links do not protect them";
    if (config.allow_recycled_log)
      report.warn("log recycling", text, "keep the archiver always running, or set it to 0");
    else
      report.error("log recycling", text,
                   "set it to 0 in the application, or allow_recycled_log = true here");
  } else {
    report.ok("log recycling", "off");
  }
  if (facts.get("manual_wal_flush") == "true")
    report.warn("log flushing", "manual_wal_flush: the newest writes are only in the application's memory",
                "what was not flushed (FlushWAL) by a moment is not in a restore to it, and the bound between log streams is "
                "told as unknown: flush often, or let the application stamp its commits (sdk/app)");
  if (facts.get("env").find("ncrypt") != std::string::npos)
    report.error("env", "an encrypting Env", kEncrypted);
}

}  // namespace seabed::rocksdb_source
