#include "core/source/myrocks/myrocks_tables.h"

#include <rocksdb/db.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/base/fd.h"
#include "core/source/myrocks/dictionary.h"
#include "core/source/rocksdb/table_families.h"
#include "core/source/rocksdb/table_files.h"
#include "core/source/rocksdb/table_reader.h"

namespace seabed {
namespace {

using namespace myrocks;
using namespace rocksdb_source;
using ::rocksdb::Slice;
namespace fs = std::filesystem;

std::string_view view(const Slice& s) { return {s.data(), s.size()}; }

/// AUTO_INCREMENT counters are merged: the greatest counts. 2-byte version, 8-byte big-endian value.
class GreatestCounter final : public ::rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const Slice&, const Slice* existing, const Slice& value, std::string* out,
             ::rocksdb::Logger*) const override {
    *out = existing && existing->compare(value) > 0 ? existing->ToString() : value.ToString();
    return true;
  }
  const char* Name() const override { return "Rdb_system_merge_op"; }
};

Result<std::unique_ptr<TableReader>> open_reader(const StagedStream& stream,
                                                 const std::set<std::string>& families) {
  return TableReader::open(stream, families, {{kSystemFamily, std::make_shared<GreatestCounter>()}});
}

Status each_entry(TableReader& reader, const std::function<Status(const Slice&, const Slice&)>& visit) {
  return reader.scan(
      kSystemFamily, "", [](const Slice&) { return true; }, visit);
}

Result<std::vector<TableEntry>> read_tables(TableReader& reader) {
  std::vector<TableEntry> out;
  SEABED_CHECK(each_entry(reader, [&](const Slice& key, const Slice& value) -> Status {
    if (auto entry = parse_table_entry(view(key), view(value))) out.push_back(std::move(*entry));
    return ok();
  }));
  return out;
}

/// What the copy needs to know of a family.
struct Target {
  std::string name;
  std::vector<uint32_t> indexes;
};

/// A small database for one server to open: plain files that an older RocksDB reads, without compression.
::rocksdb::ColumnFamilyOptions plain_options(const ::rocksdb::Comparator* comparator) {
  ::rocksdb::BlockBasedTableOptions table;
  table.format_version = 4;
  table.checksum = ::rocksdb::kCRC32c;
  ::rocksdb::ColumnFamilyOptions out;
  out.table_factory.reset(::rocksdb::NewBlockBasedTableFactory(table));
  out.compression = ::rocksdb::kNoCompression;
  out.comparator = comparator;
  return out;
}

class SmallDatabase {
 public:
  ~SmallDatabase() {
    for (const auto& [name, handle] : handles_) db_->DestroyColumnFamilyHandle(handle);
    if (db_) db_->Close();
  }
  /// The families get the ids that they have at the source: the dictionary speaks of them by id.
  Status create(const std::string& path, const std::vector<StagedFamily>& families) {
    path_ = path;
    ::rocksdb::DBOptions options;
    options.create_if_missing = options.error_if_exists = true;
    for (const StagedFamily& family : families) {
      SEABED_TRY(const auto* comparator, comparators_.find(family.comparator));
      if (family.id == 0) {
        std::vector<::rocksdb::ColumnFamilyHandle*> handles;
        ::rocksdb::DB* db = nullptr;
        const auto s =
            ::rocksdb::DB::Open(options, path, {{family.name, plain_options(comparator)}}, &handles, &db);
        db_.reset(db);
        if (!s.ok()) return fail(from_rocksdb(s, path));
        handles_[family.name] = handles[0];
        continue;
      }
      SEABED_CHECK(add(family, comparator));
    }
    return ok();
  }
  Status ingest(const std::string& family, const TableFiles& files) {
    if (files.files().empty()) return ok();
    ::rocksdb::IngestExternalFileOptions how;
    how.move_files = true;
    const auto s = db_->IngestExternalFile(handles_[family], files.files(), how);
    return s.ok() ? ok() : fail(from_rocksdb(s, path_));
  }
  const ::rocksdb::Comparator* comparator(const std::string& family) {
    return handles_[family]->GetComparator();
  }

 private:
  Status add(const StagedFamily& family, const ::rocksdb::Comparator* comparator) {
    for (; next_id_ < family.id; ++next_id_) {  // ids of families that were dropped at the source
      ::rocksdb::ColumnFamilyHandle* gone = nullptr;
      auto s = db_->CreateColumnFamily({}, "seabed_gone", &gone);
      if (s.ok()) s = db_->DropColumnFamily(gone);
      if (gone) db_->DestroyColumnFamilyHandle(gone);
      if (!s.ok()) return fail(from_rocksdb(s, path_));
    }
    ::rocksdb::ColumnFamilyHandle* handle = nullptr;
    if (auto s = db_->CreateColumnFamily(plain_options(comparator), family.name, &handle); !s.ok())
      return fail(from_rocksdb(s, path_));
    handles_[family.name] = handle;
    if (handle->GetID() != family.id)
      return fail(Code::kInternal, path_, "family " + family.name + " did not get its number");
    ++next_id_;
    return ok();
  }

  std::string path_;
  KnownComparators comparators_;
  uint32_t next_id_ = 1;
  std::unique_ptr<::rocksdb::DB> db_;
  std::map<std::string, ::rocksdb::ColumnFamilyHandle*> handles_;
};

class MyRocksTables final : public TableAccess {
 public:
  Result<std::vector<SourceTable>> list(const StagedStream& stream) override {
    SEABED_TRY(const auto reader, open_reader(stream, {kSystemFamily}));
    SEABED_TRY(const auto entries, read_tables(*reader));
    std::map<TableName, SourceTable> tables;
    for (const TableEntry& e : entries) {
      SourceTable& t = tables[{e.database, e.table}];
      t.name = {e.database, e.table};
      t.indexes = e.indexes.size() - 1;
      const std::string raw = e.raw.substr(e.raw.find('.') + 1);
      const std::string stem = e.raw.substr(0, e.raw.find('.')) + "/" + raw.substr(0, raw.find("#P#"));
      t.side_files = {stem + ".frm", stem + ".par"};
    }
    std::vector<SourceTable> out;
    for (auto& [name, table] : tables) out.push_back(std::move(table));
    return out;
  }

  Result<std::vector<ExtractedTable>> extract(const StagedStream& stream, const std::vector<TableName>& names,
                                              const std::string& out, const CancelToken& cancel) override {
    SEABED_TRY(const auto families, read_staged_families(stream.staged));
    SEABED_TRY(const auto wanted, wanted_entries(stream, names));
    std::vector<ExtractedTable> done;
    for (const TableName& name : names) done.push_back({name, {}, {}, 0, 0, {}});
    std::map<uint32_t, Target> targets;
    for (const TableEntry& e : wanted)
      for (const IndexId& id : e.indexes) targets[id.family].indexes.push_back(id.number);
    std::set<std::string> opened = {kSystemFamily};
    for (const StagedFamily& family : families)
      if (auto t = targets.find(family.id); t != targets.end()) opened.insert(t->second.name = family.name);
    SEABED_TRY(const auto reader, open_reader(stream, opened));
    SEABED_CHECK(make_directories(fs::path(out).parent_path()));
    SmallDatabase small;
    SEABED_CHECK(small.create(out, families));
    std::map<IndexId, uint64_t> rows;
    for (auto& [id, target] : targets)
      SEABED_CHECK(copy_indexes(*reader, id, target, out, small, cancel, &rows));
    SEABED_CHECK(copy_dictionary(*reader, wanted, out, small));
    for (ExtractedTable& t : done)
      for (const TableEntry& e : wanted)
        if (e.database == t.name.database && e.table == t.name.table) t.rows += rows[e.indexes.at(0)];
    return done;
  }

  Result<std::vector<Status>> import(const std::string& database, bool,
                                     const std::vector<TableImport>&) override {
    return fail(Code::kUnsupported, database, "MyRocks tables go into a running server",
                "recover them into a tenant");
  }
  Result<std::vector<Status>> undo(const std::string&, const std::vector<TableImport>& tables) override {
    return std::vector<Status>(tables.size(), ok());
  }
  Result<uint32_t> last_id(const std::string& database) override {
    return fail(Code::kUnsupported, database, "only its server knows its tables");
  }
  Status check_closed(const std::string&) override { return ok(); }
  Result<std::vector<std::string>> names(const std::string& database) override {
    return fail(Code::kUnsupported, database, "only its server knows its tables");
  }

 private:
  static Result<std::vector<TableEntry>> wanted_entries(const StagedStream& stream,
                                                        const std::vector<TableName>& names) {
    SEABED_TRY(const auto reader, open_reader(stream, {kSystemFamily}));
    SEABED_TRY(auto entries, read_tables(*reader));
    std::erase_if(entries, [&](const TableEntry& e) {
      return std::find(names.begin(), names.end(), TableName{e.database, e.table}) == names.end();
    });
    return entries;
  }

  /// Index by index in the order of the family, so that one run of files holds them all.
  static Status copy_indexes(TableReader& reader, uint32_t family, Target& target, const std::string& out,
                             SmallDatabase& small, const CancelToken& cancel,
                             std::map<IndexId, uint64_t>* rows) {
    if (target.name.empty())
      return fail(Code::kCorruption, "MyRocks' dictionary", "names a column family that there is not");
    const auto* comparator = small.comparator(target.name);
    const bool reverse = comparator->Compare("a", "b") > 0;
    std::sort(target.indexes.begin(), target.indexes.end());
    if (reverse) std::reverse(target.indexes.begin(), target.indexes.end());
    TableFiles files(out + "/seabed_" + std::to_string(family) + ".", plain_options(comparator));
    for (const uint32_t index : target.indexes) {
      const std::string prefix = key_prefix(index);
      // In reverse order the index begins behind everything of the next one; that one's bare prefix may stand
      // there.
      const std::string from = reverse ? key_prefix(index + 1) : prefix;
      uint64_t& count = (*rows)[{family, index}];
      SEABED_CHECK(reader.scan(
          target.name, from,
          [&](const Slice& key) { return key.starts_with(prefix) || (reverse && key == Slice(from)); },
          [&](const Slice& key, const Slice& value) -> Status {
            if (cancel.cancelled()) return fail(Code::kCancelled, "table restore", "was cancelled");
            if (!key.starts_with(prefix)) return ok();
            ++count;
            return files.add(key, value);
          }));
    }
    SEABED_CHECK(files.finish());
    return small.ingest(target.name, files);
  }

  /// Of tables and indexes that are not wanted nothing, of unfinished DDL and the binary log nothing.
  static Status copy_dictionary(TableReader& reader, const std::vector<TableEntry>& wanted,
                                const std::string& out, SmallDatabase& small) {
    std::set<IndexId> indexes;
    std::set<std::string> tables;
    for (const TableEntry& e : wanted) {
      indexes.insert(e.indexes.begin(), e.indexes.end());
      tables.insert(e.raw);
    }
    TableFiles files(out + "/seabed_dictionary.", plain_options(small.comparator(kSystemFamily)));
    SEABED_CHECK(each_entry(reader, [&](const Slice& key, const Slice& value) -> Status {
      const uint32_t kind = kind_of(view(key));
      if (kind == kTableEntry && !tables.contains(key.ToString().substr(4))) return ok();
      if (const auto index = index_of(view(key)); index && !indexes.contains(*index)) return ok();
      if (kind == kBinlogInfo || kind == kDropOngoing || kind == kCreateOngoing) return ok();
      return files.add(key, value);
    }));
    SEABED_CHECK(files.finish());
    return small.ingest(kSystemFamily, files);
  }
};

}  // namespace

std::unique_ptr<TableAccess> make_myrocks_tables() { return std::make_unique<MyRocksTables>(); }

}  // namespace seabed
