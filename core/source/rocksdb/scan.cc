#include "core/source/rocksdb/scan.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/table.h>

#include <mutex>
#include <optional>

#include "core/source/rocksdb/known_comparators.h"
#include "core/source/rocksdb/quick_file_system.h"

namespace seabed::rocksdb_source {
namespace {

constexpr uint64_t kRowsBetweenLooks = 4096;
constexpr size_t kReadAhead = 2 << 20;  // a macroblock

class NoRemoteFiles final : public RemoteFiles {
 public:
  const std::map<std::string, uint64_t>& sizes() const override { return none_; }
  Result<size_t> read(const std::string& name, uint64_t, std::span<char>) override {
    return fail(Code::kNotFound, name, "is no file of this standby");
  }

 private:
  const std::map<std::string, uint64_t> none_;
};

/// Keeps the first error: RocksDB hands on its text only.
class NotedFiles final : public RemoteFiles {
 public:
  explicit NotedFiles(std::shared_ptr<RemoteFiles> files) : files_(std::move(files)) {}
  const std::map<std::string, uint64_t>& sizes() const override { return files_->sizes(); }
  Result<size_t> read(const std::string& name, uint64_t offset, std::span<char> buffer) override {
    auto got = files_->read(name, offset, buffer);
    std::lock_guard lock(mutex_);
    if (!got && !first_) first_ = got.error();
    return got;
  }
  std::optional<Error> first() const {
    std::lock_guard lock(mutex_);
    return first_;
  }

 private:
  const std::shared_ptr<RemoteFiles> files_;
  mutable std::mutex mutex_;
  std::optional<Error> first_;
};

/// Only the application can merge. To count rows and to read their bytes, joining the operands will do.
class JoinOperands final : public rocksdb::MergeOperator {
 public:
  const char* Name() const override { return "SeabedJoinOperands"; }
  bool FullMergeV2(const MergeOperationInput& in, MergeOperationOutput* out) const override {
    if (in.existing_value) out->new_value.append(in.existing_value->data(), in.existing_value->size());
    for (const rocksdb::Slice& operand : in.operand_list)
      out->new_value.append(operand.data(), operand.size());
    return true;
  }
};

class Silent final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

Error to_error(const std::string& object, const rocksdb::Status& s) {
  const Code code = s.IsCorruption()                       ? Code::kCorruption
                    : s.IsNotSupported()                   ? Code::kUnsupported
                    : s.IsPathNotFound() || s.IsNotFound() ? Code::kNotFound
                                                           : Code::kIo;
  return {code, object, s.ToString(), "`seabed verify` tells what the medium holds", 0, 0};
}

class Scan {
 public:
  explicit Scan(const ScanOptions& options) : options_(options) {}
  ~Scan() {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
    db_.reset();  // before the env
  }

  Result<StreamScan> run() {
    SEABED_CHECK(open());
    for (auto* family : handles_) {
      uint64_t keys = 0;
      if (db_->GetIntProperty(family, "rocksdb.estimate-num-keys", &keys)) guess_ += keys;
    }
    StreamScan out;
    for (auto* family : handles_) {
      SEABED_TRY(FamilyScan one, read(family));
      out.families.push_back(std::move(one));
    }
    return out;
  }

 private:
  Status open() {
    SEABED_TRY(const QuickLayout layout, read_quick_layout(options_.staged));
    rocksdb::BlockBasedTableOptions table;
    table.cache_index_and_filter_blocks = true;  // opening fetches nothing that the reading does not
    std::shared_ptr<rocksdb::TableFactory> factory(rocksdb::NewBlockBasedTableFactory(table));
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const QuickFamily& family : layout.families) {
      rocksdb::ColumnFamilyOptions own;
      own.table_factory = factory;
      SEABED_TRY(own.comparator, orders_.find(family.comparator));
      own.merge_operator = std::make_shared<JoinOperands>();
      families.emplace_back(family.name, own);
    }
    files_ =
        std::make_shared<NotedFiles>(options_.files ? options_.files : std::make_shared<NoRemoteFiles>());
    env_ = rocksdb::NewCompositeEnv(make_quick_file_system(options_.staged, layout.manifest, files_));
    rocksdb::DBOptions o;
    o.env = env_.get();
    o.info_log = std::make_shared<Silent>();
    o.allow_2pc = true;  // prepared transactions may stand in the log
    o.paranoid_checks = true;
    o.max_open_files = 1000;
    o.skip_stats_update_on_db_open = true;
    o.skip_checking_sst_file_sizes_on_db_open = true;
    rocksdb::DB* opened = nullptr;
    const auto s = rocksdb::DB::OpenForReadOnly(o, options_.staged, families, &handles_, &opened);
    db_.reset(opened);
    if (!s.ok()) return fail(why(options_.staged, s));
    return ok();
  }

  Error why(const std::string& object, const rocksdb::Status& s) const {
    const auto noted = files_->first();
    return noted ? *noted : to_error(object, s);
  }

  Result<FamilyScan> read(rocksdb::ColumnFamilyHandle* family) {
    rocksdb::ReadOptions how;
    how.verify_checksums = true;
    how.fill_cache = false;
    how.readahead_size = kReadAhead;
    how.total_order_seek = true;
    std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(how, family));
    FamilyScan out;
    out.name = family->GetName();
    Hasher128 digest;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      add(it->key(), &digest), add(it->value(), &digest);
      out.bytes += it->key().size() + it->value().size();
      ++out.rows;
      if (++rows_ % kRowsBetweenLooks == 0) SEABED_CHECK(look());
    }
    if (!it->status().ok()) return fail(why(options_.staged + ": family " + out.name, it->status()));
    SEABED_CHECK(look());
    out.digest = digest.digest();
    return out;
  }

  static void add(const rocksdb::Slice& part, Hasher128* digest) {
    char length[8];
    for (int i = 0; i < 8; ++i) length[i] = static_cast<char>(uint64_t{part.size()} >> (56 - 8 * i));
    digest->update({length, sizeof length});
    digest->update({part.data(), part.size()});
  }

  Status look() const {
    if (options_.cancel && options_.cancel->cancelled())
      return fail(Code::kCancelled, options_.staged, "was cancelled");
    if (options_.progress) options_.progress(rows_, std::max(guess_, rows_));
    return ok();
  }

  const ScanOptions& options_;
  KnownComparators orders_;
  std::shared_ptr<NotedFiles> files_;
  std::unique_ptr<rocksdb::Env> env_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::unique_ptr<rocksdb::DB> db_;
  uint64_t rows_ = 0, guess_ = 0;
};

}  // namespace

Result<StreamScan> scan_standby(const ScanOptions& options) { return Scan(options).run(); }

}  // namespace seabed::rocksdb_source
