#include "ledger_db.h"

#include <rocksdb/convenience.h>
#include <rocksdb/env_encryption.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <cstdlib>

#include "comparators.h"
#include "ledger_plan.h"

namespace oracle {
namespace {

// Lives as long as the process: databases closed late still use it.
rocksdb::Env* encrypting_env() {
  static rocksdb::Env* const env = [] {
    std::shared_ptr<rocksdb::EncryptionProvider> provider;
    auto status = rocksdb::EncryptionProvider::CreateFromString({}, "1://test", &provider);
    if (!status.ok()) std::abort();
    return rocksdb::NewEncryptedEnv(rocksdb::Env::Default(), provider);
  }();
  return env;
}

rocksdb::Options base_options(const LedgerConfig& c, const std::string& dir) {
  rocksdb::Options o;
  o.create_if_missing = true;
  o.write_buffer_size = size_t{c.memtable_kb} << 10;
  o.target_file_size_base = std::max<uint64_t>(o.write_buffer_size, 1 << 20);
  o.max_bytes_for_level_base = 4 * o.target_file_size_base;
  o.compression = rocksdb::kLZ4Compression;
  o.max_open_files = 500;
  o.recycle_log_file_num = c.recycle;
  o.max_total_wal_size = uint64_t{c.max_wal_mb} << 20;
  o.manual_wal_flush = c.manual_wal_flush;
  o.two_write_queues = c.two_write_queues;
  o.wal_dir = c.wal_dir;
  if (!c.extra_path.empty()) o.db_paths = {{dir, 1 << 20}, {c.extra_path, uint64_t{1} << 40}};
  if (c.encrypted) o.env = encrypting_env();
  if (c.wal_compression) o.wal_compression = rocksdb::kZSTD;
  if (c.blob) {
    o.enable_blob_files = true;
    o.min_blob_size = 100;
    o.blob_file_size = std::max<uint64_t>(o.write_buffer_size, 1 << 20);
    o.enable_blob_garbage_collection = true;
    o.blob_garbage_collection_age_cutoff = 0.5;
  }
  if (c.merge) {
    const auto status = rocksdb::MergeOperator::CreateFromString({}, "stringappend", &o.merge_operator);
    if (!status.ok()) std::abort();
  }
  return o;
}

rocksdb::ColumnFamilyOptions family_options(const rocksdb::Options& options, const LedgerConfig& config,
                                            const std::string& name) {
  rocksdb::ColumnFamilyOptions family(options);
  family.comparator = comparator_of(config, name);
  return family;
}

}  // namespace

const rocksdb::Comparator* comparator_of(const LedgerConfig& config, const std::string& family) {
  if (config.comparator == "custom" && family.rfind("cf", 0) == 0) {
    const auto index = std::strtoul(family.c_str() + 2, nullptr, 10);
    if (index % 2 == 1) return reversed_comparator();
    if (index % 4 == 2) return length_first_comparator();
  }
  return rocksdb::BytewiseComparator();
}

LedgerDb::~LedgerDb() {
  if (db_) close();
}

rocksdb::Status LedgerDb::open(const std::string& dir, const LedgerConfig& config, OpenMode mode) {
  config_ = config;
  options_ = base_options(config, dir);
  if (mode == OpenMode::kReadOnly) options_.create_if_missing = false;
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(options_, dir, &names).ok()) names = {"default"};
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto& name : names) families.emplace_back(name, family_options(options_, config, name));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  rocksdb::Status status;
  if (mode == OpenMode::kReadOnly) {
    status = rocksdb::DB::OpenForReadOnly(options_, dir, families, &handles, &db);
  } else if (config.txn) {
    rocksdb::TransactionDBOptions txn_options;
    txn_options.write_policy = config.write_prepared ? rocksdb::WRITE_PREPARED : rocksdb::WRITE_COMMITTED;
    status = rocksdb::TransactionDB::Open(options_, txn_options, dir, families, &handles, &transactions_);
    db = transactions_;
  } else {
    status = rocksdb::DB::Open(options_, dir, families, &handles, &db);
  }
  if (!status.ok()) return status;
  db_.reset(db);
  for (auto* handle : handles) families_[handle->GetName()] = handle;
  return status;
}

rocksdb::Status LedgerDb::close() {
  for (auto& [name, handle] : families_) db_->DestroyColumnFamilyHandle(handle);
  families_.clear();
  // WritePrepared neither closes nor is destroyed while something stands prepared. A server just leaves, so
  // must we: whoever closed such a database ends by _exit.
  if (config_.write_prepared) {
    const auto flushed = db_->FlushWAL(true);
    (void)db_.release();
    return flushed;
  }
  const auto status = db_->Close();
  db_.reset();
  transactions_ = nullptr;
  return status;
}

rocksdb::ColumnFamilyHandle* LedgerDb::family(const std::string& name) const {
  const auto found = families_.find(name);
  return found == families_.end() ? nullptr : found->second;
}

rocksdb::Status LedgerDb::create_families(const std::vector<std::string>& names) {
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  for (const auto& name : names) wanted.emplace_back(name, family_options(options_, config_, name));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status = db_->CreateColumnFamilies(wanted, &handles);
  for (auto* handle : handles) families_[handle->GetName()] = handle;
  return status;
}

rocksdb::Status LedgerDb::drop_family(const std::string& name) {
  auto* handle = family(name);
  auto status = db_->DropColumnFamily(handle);
  if (!status.ok()) return status;
  families_.erase(name);
  return db_->DestroyColumnFamilyHandle(handle);
}

std::vector<CommitName> LedgerDb::heads() const {
  std::vector<CommitName> heads;
  const auto look = [&](rocksdb::ColumnFamilyHandle* handle, const std::string& key) {
    std::string value;
    CommitName head;
    if (db_->Get({}, handle, key, &value).ok() && parse_head(value, head.n, head.epoch))
      heads.push_back(head);
  };
  for (uint64_t lane = 0; lane < kLanes; ++lane) {
    if (auto* handle = family("default")) look(handle, head_key(lane));
  }
  if (config_.ingest_every == 0) return heads;
  for (const auto& [name, handle] : families_) {
    for (uint64_t lane = 0; lane < kLanes; ++lane) look(handle, ingest_head_key(lane));
  }
  return heads;
}

bool newest_head(const std::vector<CommitName>& heads, CommitName& newest) {
  const auto found =
      std::max_element(heads.begin(), heads.end(), [](const auto& a, const auto& b) { return a.n < b.n; });
  if (found == heads.end()) return false;
  newest = *found;
  return true;
}

}  // namespace oracle
