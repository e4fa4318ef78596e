#include "core/source/rocksdb/rocksdb_tables.h"

#include <algorithm>

#include "core/base/fd.h"
#include "core/source/rocksdb/known_comparators.h"
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
    SEABED_CHECK(make_directories(out));
    SEABED_TRY(const auto families, read_staged_families(stream.staged));
    std::vector<ExtractedTable> done = with_comparators(tables, families);
    std::set<std::string> wanted, kept;  // one that cannot be read stays in the list for a resumed job
    for (const ExtractedTable& table : done) {
      if (!table.error) wanted.insert(table.name.table);
      if (!table.error || table.name.table != ::rocksdb::kDefaultColumnFamilyName)
        kept.insert(table.name.table);
    }
    SEABED_CHECK(narrow_families(stream.staged, kept));
    SEABED_TRY(const auto reader, TableReader::open(stream, wanted));
    for (size_t i = 0; i < done.size(); ++i) {
      if (done[i].error) continue;
      if (auto s = write(*reader, out + "/t" + std::to_string(i + 1) + ".", cancel, &done[i]); !s) {
        if (s.error().code == Code::kCancelled) return fail(s.error());
        done[i].error = s.error();
      }
    }
    return done;
  }

  Result<std::vector<Status>> import(const std::string& database, bool create,
                                     const std::vector<TableImport>& tables) override {
    return import_families(database, create, tables);
  }
  Result<std::vector<Status>> undo(const std::string& database,
                                   const std::vector<TableImport>& tables) override {
    return undo_families(database, tables);
  }
  Result<uint32_t> last_id(const std::string& database) override { return last_family_id(database); }
  Status check_closed(const std::string& database) override { return check_closed_database(database); }
  Result<std::vector<std::string>> names(const std::string& database) override {
    return family_names(database);
  }

 private:
  /// Those that cannot be read have failed before the others are opened: one unknown comparator would stop
  /// them all.
  static std::vector<ExtractedTable> with_comparators(const std::vector<TableName>& tables,
                                                      const std::vector<StagedFamily>& families) {
    KnownComparators known;
    std::vector<ExtractedTable> out;
    for (const TableName& name : tables) {
      ExtractedTable& table = out.emplace_back(ExtractedTable{name, {}, {}, 0, 0, {}});
      const auto family = std::find_if(families.begin(), families.end(),
                                       [&](const StagedFamily& f) { return f.name == name.table; });
      if (family == families.end()) {
        table.error = Error{
            Code::kNotFound, "column family " + name.table, "did not exist at the target point", "", 0, 0};
        continue;
      }
      table.comparator = family->comparator;
      if (auto found = known.find(family->comparator); !found) table.error = found.error();
    }
    return out;
  }

  static Status write(TableReader& reader, const std::string& prefix, const CancelToken& cancel,
                      ExtractedTable* table) {
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
