#include "core/source/rocksdb/rocksdb_tables.h"

#include <algorithm>

#include "core/base/fd.h"
#include "core/source/rocksdb/table_families.h"
#include "core/source/rocksdb/table_files.h"
#include "core/source/rocksdb/table_import.h"
#include "core/source/rocksdb/table_reader.h"

namespace seabed {
namespace {

using namespace rocksdb_source;

class RocksDbTables final : public TableAccess {
 public:
  Result<std::vector<SourceTable>> list(const StagedStream& stream) override {
    SEABED_TRY(const auto families, read_staged_families(stream.staged));
    std::vector<SourceTable> out;
    for (const StagedFamily& family : families) out.push_back({{"", family.name}, 0, {}});
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return out;
  }

  Result<std::vector<ExtractedTable>> extract(const StagedStream& stream,
                                              const std::vector<TableName>& tables, const std::string& out,
                                              const CancelToken& cancel) override {
    std::set<std::string> wanted;
    for (const TableName& name : tables) wanted.insert(name.table);
    SEABED_CHECK(make_directories(out));
    SEABED_TRY(const auto families, read_staged_families(stream.staged));
    SEABED_CHECK(narrow_families(stream.staged, wanted));
    SEABED_TRY(const auto reader, TableReader::open(stream, wanted));
    std::vector<ExtractedTable> done;
    for (const TableName& name : tables) {
      ExtractedTable table{name, {}, {}, 0, 0, {}};
      for (const StagedFamily& family : families)
        if (family.name == name.table) table.comparator = family.comparator;
      if (auto s = write(*reader, out + "/t" + std::to_string(done.size() + 1) + ".", cancel, &table); !s) {
        if (s.error().code == Code::kCancelled) return fail(s.error());
        table.error = s.error();
      }
      done.push_back(std::move(table));
    }
    return done;
  }

  Result<std::vector<Status>> import(const std::string& database, bool create,
                                     const std::vector<TableImport>& tables) override {
    return import_families(database, create, tables);
  }
  Status check_closed(const std::string& database) override { return check_closed_database(database); }
  Result<std::vector<std::string>> names(const std::string& database) override {
    return family_names(database);
  }

 private:
  static Status write(TableReader& reader, const std::string& prefix, const CancelToken& cancel,
                      ExtractedTable* table) {
    if (table->comparator.empty())
      return fail(Code::kNotFound, "column family " + table->name.table, "did not exist at the target point");
    TableFiles files(prefix, reader.options(table->name.table));
    SEABED_CHECK(reader.scan(
        table->name.table, "", [](const auto&) { return true; },
        [&](const ::rocksdb::Slice& key, const ::rocksdb::Slice& value) -> Status {
          if (cancel.cancelled()) return fail(Code::kCancelled, "table restore", "was cancelled");
          return files.add(key, value);
        }));
    SEABED_CHECK(files.finish());
    table->files = files.files();
    table->rows = files.rows();
    table->bytes = files.bytes();
    return ok();
  }
};

}  // namespace

std::unique_ptr<TableAccess> make_rocksdb_tables() { return std::make_unique<RocksDbTables>(); }

}  // namespace seabed
