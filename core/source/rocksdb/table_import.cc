#include "core/source/rocksdb/table_import.h"

#include <fcntl.h>
#include <rocksdb/utilities/options_util.h>

#include <algorithm>
#include <filesystem>

#include "core/base/fd.h"
#include "core/source/rocksdb/manifest_reader.h"
#include "core/source/rocksdb/newest_options.h"
#include "core/source/rocksdb/table_reader.h"

namespace seabed::rocksdb_source {
namespace {

using namespace ::rocksdb;
using seabed::Status;

class Silent final : public Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

/// Opened without its own log, a database would lose what stands there; with prepared transactions, it needs
/// its application.
Status check_openable(const std::string& path) {
  auto options = newest_options(path);
  if (!options)
    return fail(Code::kUnsupported, path, "has no OPTIONS file: where its log and files lie is not known",
                "import with seabed::import_table in the application");
  const OptionsFacts& facts = options->facts;
  const std::string log = facts.get("wal_dir");
  std::error_code ec;
  const bool own_log = log.empty() || std::filesystem::weakly_canonical(log, ec) ==
                                          std::filesystem::weakly_canonical(path, ec);
  if (!own_log || facts.get("allow_2pc") == "true")
    return fail(
        Code::kUnsupported, path,
        own_log ? "is a transaction database: only its application may open it" : "keeps its log in " + log,
        "import with seabed::import_table in the application");
  return ok();
}

/// A database opened here, with every family that it has.
class ClosedDatabase {
 public:
  ~ClosedDatabase() {
    for (const auto& [name, handle] : handles_) db_->DestroyColumnFamilyHandle(handle);
    if (db_) db_->Close();
  }

  Status open(const std::string& path, bool create) {
    path_ = path;
    std::vector<ColumnFamilyDescriptor> families = {{kDefaultColumnFamilyName, ColumnFamilyOptions()}};
    DBOptions options;
    if (create) {
      options.create_if_missing = options.error_if_exists = true;
    } else {
      SEABED_CHECK(check_openable(path));
      SEABED_CHECK(known_families(&families));
    }
    options.info_log = std::make_shared<Silent>();  // the database's own LOG is not rotated
    std::vector<ColumnFamilyHandle*> handles;
    DB* db = nullptr;
    const auto s = DB::Open(options, path, families, &handles, &db);
    db_.reset(db);
    if (!s.ok()) return fail(from_rocksdb(s, path));
    for (auto* handle : handles) handles_[handle->GetName()] = handle;
    return ok();
  }

  Status import(const TableImport& table, bool create) {
    const std::string object = path_ + ", column family " + table.name;
    if (auto there = handles_.find(table.name); there != handles_.end()) {
      const bool empty_default = create && table.name == kDefaultColumnFamilyName;
      if (!table.replace && !empty_default)
        return fail(Code::kAlreadyExists, object, "exists at the target and is never overwritten",
                    "import it under another name (REMAP), or drop it first");
      if (!empty_default) SEABED_CHECK(drop(there->second, object));
    }
    SEABED_CHECK(make(table, object));
    if (table.files.empty()) return ok();
    IngestExternalFileOptions how;
    how.move_files = create;  // elsewhere the files stay until the outcome is written down
    const auto s = db_->IngestExternalFile(handles_[table.name], table.files, how);
    if (s.ok()) return ok();
    if (table.name != kDefaultColumnFamilyName) (void)drop(handles_[table.name], object);
    return fail(from_rocksdb(s, object));
  }

  /// Compactions were held back while it was open; its OPTIONS file says again what it said.
  Status close() {
    for (const auto& name : held_back_)
      if (auto s = db_->SetOptions(handles_[name], {{"disable_auto_compactions", "false"}}); !s.ok())
        return fail(from_rocksdb(s, path_));
    if (auto s = db_->SyncWAL(); !s.ok() && !s.IsNotSupported()) return fail(from_rocksdb(s, path_));
    return ok();
  }

 private:
  Status known_families(std::vector<ColumnFamilyDescriptor>* out) {
    SEABED_TRY(const Fd fd, open_directory(path_));
    SEABED_TRY(const uint64_t number, read_current(fd.get(), path_));
    SEABED_TRY(const auto reader, ManifestReader::open(fd.get(), number, path_));
    SEABED_CHECK(reader->read_on());
    auto recorded = options_by_file(path_);
    out->clear();
    for (const auto& [id, family] : reader->version().families()) {
      ColumnFamilyOptions options = recorded[family.name];
      SEABED_TRY(options.comparator, comparators_.find(family.comparator));
      if (!options.disable_auto_compactions) held_back_.push_back(family.name);
      options.disable_auto_compactions = true;
      out->emplace_back(family.name, options);
    }
    return ok();
  }

  Status drop(ColumnFamilyHandle* handle, const std::string& object) {
    const std::string name = handle->GetName();
    if (auto s = db_->DropColumnFamily(handle); !s.ok()) return fail(from_rocksdb(s, object));
    handles_.erase(name);
    std::erase(held_back_, name);
    db_->DestroyColumnFamilyHandle(handle);
    return ok();
  }

  Status make(const TableImport& table, const std::string& object) {
    if (handles_.contains(table.name)) return ok();
    ColumnFamilyOptions options;
    SEABED_TRY(options.comparator, comparators_.find(table.comparator));
    ColumnFamilyHandle* handle = nullptr;
    if (auto s = db_->CreateColumnFamily(options, table.name, &handle); !s.ok())
      return fail(from_rocksdb(s, object));
    handles_[table.name] = handle;
    return ok();
  }

  std::string path_;
  KnownComparators comparators_;
  std::vector<std::string> held_back_;
  std::unique_ptr<DB> db_;
  std::map<std::string, ColumnFamilyHandle*> handles_;
};

}  // namespace

Status check_closed_database(const std::string& database) {
  SEABED_TRY(const Fd directory, open_directory(database));
  if (auto current = read_current(directory.get(), database); !current)
    return fail(Code::kNotFound, database, "holds no RocksDB database (no CURRENT)",
                "give the directory of the target's database");
  const Fd lock(::open((database + "/LOCK").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!lock) return errno == ENOENT ? ok() : fail_errno(database + "/LOCK", "cannot be opened", errno);
  struct flock held {};
  held.l_type = F_WRLCK;
  if (::fcntl(lock.get(), F_GETLK, &held) != 0)
    return fail_errno(database + "/LOCK", "cannot be asked for", errno);
  if (held.l_type == F_UNLCK) return ok();
  return fail(Code::kConflict, database, "is open in process " + std::to_string(held.l_pid),
              "stop it, or take the tables with --to-sst and call seabed::import_table in it");
}

Result<std::vector<std::string>> family_names(const std::string& database) {
  SEABED_TRY(const Fd fd, open_directory(database));
  SEABED_TRY(const uint64_t number, read_current(fd.get(), database));
  SEABED_TRY(const auto reader, ManifestReader::open(fd.get(), number, database));
  SEABED_CHECK(reader->read_on());
  std::vector<std::string> out;
  for (const auto& [id, family] : reader->version().families()) out.push_back(family.name);
  return out;
}

Result<std::vector<Status>> import_families(const std::string& database, bool create,
                                            const std::vector<TableImport>& tables) {
  if (!create) SEABED_CHECK(check_closed_database(database));
  ClosedDatabase target;
  SEABED_CHECK(target.open(database, create));
  std::vector<Status> out;
  for (const TableImport& table : tables) out.push_back(target.import(table, create));
  SEABED_CHECK(target.close());
  return out;
}

}  // namespace seabed::rocksdb_source
