#include "core/source/rocksdb/table_files.h"

#include <rocksdb/sst_file_writer.h>

#include "core/source/rocksdb/table_reader.h"

namespace seabed::rocksdb_source {

TableFiles::TableFiles(std::string prefix, const ::rocksdb::ColumnFamilyOptions& options, uint64_t limit)
    : prefix_(std::move(prefix)), options_(::rocksdb::DBOptions(), options), limit_(limit) {}
TableFiles::~TableFiles() = default;

Status TableFiles::add(const ::rocksdb::Slice& key, const ::rocksdb::Slice& value) {
  if (!writer_) {
    files_.push_back(prefix_ + std::to_string(files_.size() + 1) + ".sst");
    writer_ = std::make_unique<::rocksdb::SstFileWriter>(::rocksdb::EnvOptions(), options_);
    if (auto s = writer_->Open(files_.back()); !s.ok()) return fail(from_rocksdb(s, files_.back()));
  }
  if (auto s = writer_->Put(key, value); !s.ok()) return fail(from_rocksdb(s, files_.back()));
  ++rows_;
  return writer_->FileSize() >= limit_ ? close_file() : ok();
}

Status TableFiles::close_file() {
  ::rocksdb::ExternalSstFileInfo info;
  const auto s = writer_->Finish(&info);  // synced by RocksDB
  writer_.reset();
  if (!s.ok()) return fail(from_rocksdb(s, files_.back()));
  bytes_ += info.file_size;
  return ok();
}

Status TableFiles::finish() { return writer_ ? close_file() : ok(); }

}  // namespace seabed::rocksdb_source
