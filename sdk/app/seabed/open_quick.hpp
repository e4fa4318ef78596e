#pragma once
// For C++ applications: a read-only RocksDB over a restored tenant that was not activated. Data files of one that was
// restored with `seabed restore --method quick` are read page by page from the backup. Link the target seabed_open_quick
// (CMake package Seabed), whose RocksDB is the program's: 7.8.

#include <rocksdb/db.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace seabed {

struct OpenQuickOptions {
  std::string directory;                       // as given to the restore
  uint64_t ls_id = 0;                          // log stream; 0: the only one
  std::vector<std::string> driver_directories; // absolute
  /// The data destination with its credentials; empty: the one of the restore, by the standard credential chains.
  std::vector<std::string> uris;
  /// Per scheme ("s3"): keys as in the configuration's [driver.s3].
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> driver_defaults;
  uint64_t memory_bytes = 64ull << 20;         // of pages; beside RocksDB's own block cache
  uint64_t disk_bytes = 2ull << 30;            // of the page cache in the tenant's directory; 0: none
  uint32_t deadline_ms = 60'000;               // of one read from the medium, retries included
  /// Called for each family: set the merge operator and a comparator that only the application has.
  std::function<void(const std::string& family, rocksdb::ColumnFamilyOptions*)> configure;
};

/// Owns the database and what it reads from. Iterators and snapshots go before it. Thread-safe as a rocksdb::DB is.
class QuickDb {
 public:
  ~QuickDb();
  rocksdb::DB* db() const;
  /// nullptr: no such family.
  rocksdb::ColumnFamilyHandle* family(const std::string& name) const;
  const std::vector<rocksdb::ColumnFamilyHandle*>& families() const;
  /// Bytes asked of the medium so far.
  uint64_t medium_bytes() const;

 private:
  friend rocksdb::Status open_quick(const OpenQuickOptions&, std::unique_ptr<QuickDb>*);
  struct Parts;
  explicit QuickDb(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// A failing medium is an IOError of the read that needed it, and never a wrong byte. The log up to the restored moment
/// is replayed into memory.
rocksdb::Status open_quick(const OpenQuickOptions& options, std::unique_ptr<QuickDb>* out);

}  // namespace seabed
