#pragma once
// For C++ applications: a table that `seabed table recover --to-sst` took out of a backup, into the database
// that this process has open. Header only: needs RocksDB alone. The import does not pass through the log: an
// attached Seabed takes a bridging incremental, and the next restore has the table.

#include <rocksdb/comparator.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace seabed {

struct ImportTableOptions {
  rocksdb::ColumnFamilyOptions family;  // of the new column family; its comparator must be the table's
  bool move_files = false;              // links instead of copies; the directory's files are gone afterwards
};

/// `directory`: of one table, "<to-sst>/<database>/<table>". Makes the column family `name`, which must not
/// exist, and ingests the files. After a failure the family is not there. `*out` is the caller's to destroy.
inline rocksdb::Status import_table(rocksdb::DB* db, const std::string& directory, const std::string& name,
                                    const ImportTableOptions& options, rocksdb::ColumnFamilyHandle** out) {
  std::ifstream told(directory + "/COMPARATOR", std::ios::binary);
  const std::string comparator{std::istreambuf_iterator<char>(told), std::istreambuf_iterator<char>()};
  if (comparator.empty()) return rocksdb::Status::NotFound(directory, "holds no table that seabed took out");
  if (comparator != options.family.comparator->Name())
    return rocksdb::Status::InvalidArgument("the table is ordered by " + comparator,
                                            "set ImportTableOptions::family.comparator");
  std::error_code ec;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory, ec))
    if (entry.path().extension() == ".sst") files.push_back(entry.path().string());
  if (ec) return rocksdb::Status::IOError(directory, ec.message());
  std::sort(files.begin(), files.end());
  rocksdb::ColumnFamilyHandle* made = nullptr;
  rocksdb::Status s = db->CreateColumnFamily(options.family, name, &made);
  if (!s.ok()) return s;
  if (!files.empty()) {
    rocksdb::IngestExternalFileOptions how;
    how.move_files = options.move_files;
    s = db->IngestExternalFile(made, files, how);
  }
  if (s.ok()) return *out = made, s;
  db->DropColumnFamily(made).PermitUncheckedError();
  db->DestroyColumnFamilyHandle(made).PermitUncheckedError();
  return s;
}

}  // namespace seabed
