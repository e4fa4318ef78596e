// Copies what a quick tenant shows into a plain RocksDB directory, so that the oracle's checker, which knows nothing of
// Seabed, judges it: quick_copy TENANT_DIRECTORY DRIVERS OUT [key=value of driver.s3 …]. Prints JSON. OUT "-": all is read,
// and nothing is written.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <chrono>
#include <cstdio>
#include <iostream>

#include "seabed/open_quick.hpp"

namespace {

int failed(const std::string& what, const rocksdb::Status& s) {
  std::cerr << what << ": " << s.ToString() << "\n";
  return 1;
}

rocksdb::Status copy_family(seabed::QuickDb& from, rocksdb::ColumnFamilyHandle* source, rocksdb::DB& to,
                            rocksdb::ColumnFamilyHandle* target, uint64_t* rows) {
  std::unique_ptr<rocksdb::Iterator> it(from.db()->NewIterator({}, source));
  rocksdb::WriteBatch batch;
  for (it->SeekToFirst(); it->Valid(); it->Next(), ++*rows) {
    batch.Put(target, it->key(), it->value());
    if (batch.Count() < 1000) continue;
    if (auto s = to.Write({}, &batch); !s.ok()) return s;
    batch.Clear();
  }
  if (!it->status().ok()) return it->status();
  return to.Write({}, &batch);
}

int scan_all(seabed::QuickDb& quick) {
  const auto begun = std::chrono::steady_clock::now();
  uint64_t rows = 0, bytes = 0;
  for (auto* family : quick.families()) {
    rocksdb::ReadOptions once;
    once.fill_cache = false;
    once.readahead_size = 2 << 20;
    std::unique_ptr<rocksdb::Iterator> it(quick.db()->NewIterator(once, family));
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++rows, bytes += it->key().size() + it->value().size();
    if (!it->status().ok()) return failed("read", it->status());
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::printf("{\"rows\": %llu, \"row_bytes\": %llu, \"seconds\": %.6f}\n", static_cast<unsigned long long>(rows),
              static_cast<unsigned long long>(bytes), took.count());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  seabed::OpenQuickOptions options;
  options.directory = argv[1];
  options.driver_directories = {argv[2]};
  options.deadline_ms = 5'000;
  std::vector<std::pair<std::string, std::string>> keys;
  for (int i = 4; i < argc; ++i) {
    const std::string word = argv[i];
    keys.emplace_back(word.substr(0, word.find('=')), word.substr(word.find('=') + 1));
  }
  if (!keys.empty()) options.driver_defaults = {{"s3", keys}};
  std::unique_ptr<seabed::QuickDb> quick;
  if (auto s = seabed::open_quick(options, &quick); !s.ok()) return failed("open_quick", s);
  if (std::string(argv[3]) == "-") return scan_all(*quick);
  const uint64_t opened = quick->medium_bytes();
  rocksdb::Options plain;
  plain.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  if (auto s = rocksdb::DB::Open(plain, argv[3], &raw); !s.ok()) return failed(argv[3], s);
  std::unique_ptr<rocksdb::DB> copy(raw);
  uint64_t rows = 0;
  for (auto* family : quick->families()) {
    rocksdb::ColumnFamilyHandle* target = copy->DefaultColumnFamily();
    if (family->GetName() != rocksdb::kDefaultColumnFamilyName)
      if (auto s = copy->CreateColumnFamily(plain, family->GetName(), &target); !s.ok()) return failed(argv[3], s);
    auto s = copy_family(*quick, family, *copy, target, &rows);
    if (target != copy->DefaultColumnFamily()) copy->DestroyColumnFamilyHandle(target);
    if (!s.ok()) return failed("read", s);
  }
  std::printf("{\"rows\": %llu, \"open_bytes\": %llu, \"bytes\": %llu}\n", static_cast<unsigned long long>(rows),
              static_cast<unsigned long long>(opened), static_cast<unsigned long long>(quick->medium_bytes()));
  return 0;
}
