#pragma once
// Rows in rising order written as SST files, made to be ingested (rocksdb-attach.md section 5: files that a
// database wrote are refused there; rewriting them works).

#include <rocksdb/options.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace rocksdb {
class Slice;
class SstFileWriter;
}  // namespace rocksdb

namespace seabed::rocksdb_source {

/// Not thread-safe.
class TableFiles {
 public:
  /// `prefix`: "<directory>/t1." + number + ".sst". A file ends at `limit` bytes.
  TableFiles(std::string prefix, const ::rocksdb::ColumnFamilyOptions& options,
             uint64_t limit = 256ull << 20);
  ~TableFiles();
  Status add(const ::rocksdb::Slice& key, const ::rocksdb::Slice& value);
  Status finish();

  const std::vector<std::string>& files() const { return files_; }
  uint64_t rows() const { return rows_; }
  uint64_t bytes() const { return bytes_; }  // of the files finished

 private:
  Status close_file();

  const std::string prefix_;
  const ::rocksdb::Options options_;
  const uint64_t limit_;
  std::unique_ptr<::rocksdb::SstFileWriter> writer_;
  std::vector<std::string> files_;
  uint64_t rows_ = 0, bytes_ = 0;
};

}  // namespace seabed::rocksdb_source
