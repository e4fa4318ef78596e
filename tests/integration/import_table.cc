// An application that imports a table into the database it has open, as seabed/import_table.hpp is meant to
// be used: import_table DB DIRECTORY NAME [--steps]. Writes before, during and after it, and prints how many
// rows the table has. With --steps a line on standard input begins the import, the next one ends the program;
// until then the database is open.
#include <rocksdb/db.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include "seabed/import_table.hpp"

namespace {

void step(bool wanted) {
  std::string line;
  if (wanted) std::getline(std::cin, line);
}

}  // namespace

int main(int argc, char** argv) {
  const bool steps = argc == 5 && std::string(argv[4]) == "--steps";
  if (argc != 4 && !steps) return 2;
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
  step(steps);
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
  if (s.ok()) {
    std::printf("{\"rows\": %llu}\n", static_cast<unsigned long long>(rows));
    std::fflush(stdout);
    step(steps);
  }
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  db->Close();
  if (!s.ok()) return std::cerr << s.ToString() << "\n", 1;
  return 0;
}
