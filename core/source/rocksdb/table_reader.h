#pragma once
// Reading families of a quick standby, in order of their keys, through on-demand pages.

#include <rocksdb/db.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "core/source/rocksdb/known_comparators.h"
#include "core/source/table_access.h"

namespace seabed::rocksdb_source {

/// What RocksDB says, in Seabed's words.
Error from_rocksdb(const ::rocksdb::Status& status, const std::string& object);

/// Options of a database's families by its newest OPTIONS file, for what its files should look like and for
/// merge operators that RocksDB brings along. Empty: no such file, or not readable.
std::map<std::string, ::rocksdb::ColumnFamilyOptions> options_by_file(const std::string& directory);

class TableReader {
 public:
  /// Opens `families` and, as RocksDB demands, the default one; the others' log records are passed over.
  /// `merge`: operators by family that only the caller has.
  static Result<std::unique_ptr<TableReader>> open(
      const StagedStream& stream, const std::set<std::string>& families,
      const std::map<std::string, std::shared_ptr<::rocksdb::MergeOperator>>& merge = {});
  ~TableReader();

  using Visit = std::function<Status(const ::rocksdb::Slice& key, const ::rocksdb::Slice& value)>;
  /// From `from` (in the family's order; empty: its first key) while `visit` says true through `more`.
  Status scan(const std::string& family, const std::string& from,
              const std::function<bool(const ::rocksdb::Slice&)>& more, const Visit& visit);
  /// With the comparator of the database, and what its OPTIONS file says.
  const ::rocksdb::ColumnFamilyOptions& options(const std::string& family) const {
    return options_.at(family);
  }

 private:
  TableReader() = default;
  KnownComparators comparators_;
  std::map<std::string, ::rocksdb::ColumnFamilyOptions> options_;
  std::unique_ptr<::rocksdb::Env> env_;
  std::unique_ptr<::rocksdb::DB> db_;
  std::map<std::string, ::rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace seabed::rocksdb_source
