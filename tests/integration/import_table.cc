// An application that imports a table into the database it has open, as seabed/import_table.hpp is meant to
// be used: import_table DB DIRECTORY NAME. Writes before, during and after it, and prints how many rows the
// table has.
#include <rocksdb/db.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "seabed/import_table.hpp"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::vector<std::string> names;
  rocksdb::Options options;
  options.create_if_missing = true;
  if (!rocksdb::DB::ListColumnFamilies(options, argv[1], &names).ok()) names = {"default"};
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto& name : names) families.emplace_back(name, options);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* raw = nullptr;
  auto s = rocksdb::DB::Open(options, argv[1], families, &handles, &raw);
  if (!s.ok()) return std::cerr << s.ToString() << "\n", 1;
  std::unique_ptr<rocksdb::DB> db(raw);
  db->Put({}, "before", "1");
  rocksdb::ColumnFamilyHandle* table = nullptr;
  s = seabed::import_table(db.get(), argv[2], argv[3], {}, &table);
  uint64_t rows = 0;
  if (s.ok()) {
    db->Put({}, "after", "1");
    std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}, table));
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++rows;
    s = it->status();
    it.reset();
    db->DestroyColumnFamilyHandle(table);
  }
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  db->Close();
  if (!s.ok()) return std::cerr << s.ToString() << "\n", 1;
  std::printf("{\"rows\": %llu}\n", static_cast<unsigned long long>(rows));
  return 0;
}
