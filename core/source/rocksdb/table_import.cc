#include "core/source/rocksdb/table_import.h"

#include <fcntl.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/utilities/options_util.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

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

Result<rocksdb_source::Version> read_version(const std::string& database) {
  SEABED_TRY(const Fd fd, open_directory(database));
  SEABED_TRY(const uint64_t number, read_current(fd.get(), database));
  SEABED_TRY(const auto reader, ManifestReader::open(fd.get(), number, database));
  SEABED_CHECK(reader->read_on());
  return reader->version();
}

/// A database opened here, with every family that it has.
class ClosedDatabase {
 public:
  ~ClosedDatabase() {
    for (const auto& [name, handle] : handles_) db_->DestroyColumnFamilyHandle(handle);
    if (db_) db_->Close();
  }

  /// `tables`: of a new database the default family may be one of them, with a comparator of its own.
  Status open(const std::string& path, bool create, const std::vector<TableImport>& tables) {
    path_ = path;
    std::vector<ColumnFamilyDescriptor> families = {{kDefaultColumnFamilyName, ColumnFamilyOptions()}};
    DBOptions options;
    options.create_if_missing = create;
    for (const TableImport& table : tables)
      if (table.name == kDefaultColumnFamilyName) {
        SEABED_TRY(families[0].options.comparator, comparators_.find(table.comparator));
      }
    std::error_code ec;
    if (!create) SEABED_CHECK(check_openable(path));
    if (!create || std::filesystem::exists(path + "/CURRENT", ec)) SEABED_CHECK(known_families(&families));
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
    if (const auto there = handles_.find(table.name); there != handles_.end()) {
      SEABED_TRY(const Found found, look(there->second, table));
      if (found == Found::kOurs) return ok();
      if (found == Found::kForeign)
        return fail(Code::kAlreadyExists, object, "exists at the target and is never overwritten",
                    "import it under another name (REMAP), or drop it first");
    }
    SEABED_CHECK(make(table, object));
    if (table.files.empty()) return ok();
    SEABED_TRY(const auto files, create ? links(table.files) : Result<std::vector<std::string>>(table.files));
    IngestExternalFileOptions how;
    how.move_files = create;
    const auto s = db_->IngestExternalFile(handles_[table.name], files, how);
    if (s.ok()) return ok();
    if (table.name != kDefaultColumnFamilyName) (void)drop(handles_[table.name], object);
    return fail(from_rocksdb(s, object));
  }

  Status undo(const TableImport& table) {
    const auto there = handles_.find(table.name);
    if (there == handles_.end()) return ok();
    SEABED_TRY(const Found found, look(there->second, table));
    return found == Found::kForeign ? ok() : drop(there->second, path_ + ", column family " + table.name);
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
  enum class Found { kForeign, kEmpty, kOurs };

  /// Nothing is overwritten: what an earlier attempt made is told by its files, which are those to be
  /// imported; one that it had only made, by its id and by holding nothing.
  Result<Found> look(ColumnFamilyHandle* handle, const TableImport& table) {
    if (!table.begun_after || int64_t{handle->GetID()} <= *table.begun_after ||
        table.comparator != handle->GetComparator()->Name())
      return Found::kForeign;
    TablePropertiesCollection live;
    if (auto s = db_->GetPropertiesOfAllTables(handle, &live); !s.ok()) return fail(from_rocksdb(s, path_));
    if (live.empty()) {
      const std::unique_ptr<Iterator> rows(db_->NewIterator(ReadOptions(), handle));
      rows->SeekToFirst();
      if (rows->Valid()) return Found::kForeign;
      return table.files.empty() ? Found::kOurs : Found::kEmpty;
    }
    std::set<std::string> there, given;
    for (const auto& [file, facts] : live) there.insert(identity(*facts));
    for (const std::string& file : table.files) {
      Options options;
      options.comparator = handle->GetComparator();
      SstFileReader reader(options);
      if (auto s = reader.Open(file); !s.ok()) return fail(from_rocksdb(s, file));
      given.insert(identity(*reader.GetTableProperties()));
    }
    return there == given && !there.contains("") ? Found::kOurs : Found::kForeign;
  }

  /// To be moved: the files themselves stay until the outcome is written down.
  static Result<std::vector<std::string>> links(const std::vector<std::string>& files) {
    std::vector<std::string> out;
    for (const std::string& file : files)
      if (::link(file.c_str(), out.emplace_back(file + ".link").c_str()) != 0 && errno != EEXIST)
        return fail_errno(file, "cannot be linked", errno);
    return out;
  }

  /// It stays when a file is ingested. Empty: the file has none.
  static std::string identity(const TableProperties& facts) {
    if (facts.db_session_id.empty()) return "";
    return facts.db_session_id + "/" + std::to_string(facts.orig_file_number) + "/" +
           std::to_string(facts.num_entries);
  }

  Status known_families(std::vector<ColumnFamilyDescriptor>* out) {
    SEABED_TRY(const auto version, read_version(path_));
    auto recorded = options_by_file(path_);
    out->clear();
    for (const auto& [id, family] : version.families()) {
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
  SEABED_TRY(const Version version, read_version(database));
  std::vector<std::string> out;
  for (const auto& [id, family] : version.families()) out.push_back(family.name);
  return out;
}

Result<uint32_t> last_family_id(const std::string& database) {
  SEABED_TRY(const Version version, read_version(database));
  return version.max_column_family();
}

Result<std::vector<Status>> import_families(const std::string& database, bool create,
                                            const std::vector<TableImport>& tables) {
  if (!create) SEABED_CHECK(check_closed_database(database));
  ClosedDatabase target;
  SEABED_CHECK(target.open(database, create, tables));
  std::vector<Status> out;
  for (const TableImport& table : tables) out.push_back(target.import(table, create));
  SEABED_CHECK(target.close());
  return out;
}

Result<std::vector<Status>> undo_families(const std::string& database,
                                          const std::vector<TableImport>& tables) {
  SEABED_TRY(const Version version, read_version(database));
  const auto made = [&](const TableImport& table) {
    for (const auto& [id, family] : version.families())
      if (family.name == table.name && table.begun_after && id > *table.begun_after) return true;
    return false;
  };
  std::vector<Status> out(tables.size(), ok());
  if (std::none_of(tables.begin(), tables.end(), made))
    return out;  // nobody's database is opened for nothing
  SEABED_CHECK(check_closed_database(database));
  ClosedDatabase target;
  SEABED_CHECK(target.open(database, false, tables));
  for (size_t i = 0; i < tables.size(); ++i) out[i] = target.undo(tables[i]);
  SEABED_CHECK(target.close());
  return out;
}

}  // namespace seabed::rocksdb_source
