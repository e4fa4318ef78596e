#include "core/source/rocksdb/table_reader.h"

#include <rocksdb/env.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/options_util.h>

#include "core/base/fd.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/quick_file_system.h"
#include "core/source/rocksdb/table_families.h"

namespace seabed::rocksdb_source {
namespace {

using namespace ::rocksdb;

class Silent final : public Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

std::string newest_options_file(const std::string& directory) {
  auto fd = open_directory(directory);
  auto files = fd ? list_db_files(fd->get(), directory) : Result<std::vector<ListedFile>>();
  std::string name;
  uint64_t newest = 0;
  if (!fd || !files) return name;
  for (const ListedFile& file : *files)
    if (file.name.kind == DbFileKind::kOptions && file.name.number >= newest) {
      newest = file.name.number;
      name = file.text;
    }
  return name;
}

}  // namespace

Error from_rocksdb(const ::rocksdb::Status& s, const std::string& object) {
  const Code code = s.IsNotFound()                                ? Code::kNotFound
                    : s.IsCorruption()                            ? Code::kCorruption
                    : s.IsInvalidArgument() || s.IsNotSupported() ? Code::kUnsupported
                    : s.IsNoSpace()                               ? Code::kNoSpace
                                                                  : Code::kIo;
  return {code, object, s.ToString(), "", 0, 0};
}

std::map<std::string, ColumnFamilyOptions> options_by_file(const std::string& directory) {
  std::map<std::string, ColumnFamilyOptions> out;
  const std::string name = newest_options_file(directory);
  if (name.empty()) return out;
  ConfigOptions how;
  how.ignore_unknown_options = true;
  DBOptions ignored;
  std::vector<ColumnFamilyDescriptor> families;
  if (!LoadOptionsFromFile(how, directory + "/" + name, &ignored, &families).ok()) return out;
  for (auto& family : families) {
    family.options.cf_paths.clear();
    out.emplace(family.name, std::move(family.options));
  }
  return out;
}

Result<std::unique_ptr<TableReader>> TableReader::open(
    const StagedStream& stream, const std::set<std::string>& families,
    const std::map<std::string, std::shared_ptr<MergeOperator>>& merge) {
  SEABED_TRY(const QuickLayout layout, read_quick_layout(stream.staged));
  std::unique_ptr<TableReader> out(new TableReader());
  BlockBasedTableOptions table;
  table.cache_index_and_filter_blocks = true;  // or opening a file fetches all of them
  std::shared_ptr<TableFactory> factory(NewBlockBasedTableFactory(table));
  auto recorded = options_by_file(stream.staged);
  std::vector<ColumnFamilyDescriptor> descriptors;
  for (const QuickFamily& family : layout.families) {
    const bool wanted = families.contains(family.name);
    if (!wanted && family.name != kDefaultColumnFamilyName) continue;
    ColumnFamilyOptions& own = out->options_[family.name] = recorded[family.name];
    if (const auto given = merge.find(family.name); given != merge.end()) own.merge_operator = given->second;
    if (wanted) {
      SEABED_TRY(own.comparator, out->comparators_.find(family.comparator));
    } else {
      own.comparator = out->comparators_.stand_in(family.comparator, false);
    }
    ColumnFamilyOptions reading;
    reading.comparator = own.comparator;
    reading.merge_operator = own.merge_operator;
    reading.table_factory = factory;
    descriptors.emplace_back(family.name, reading);
  }
  out->env_ = NewCompositeEnv(make_quick_file_system(stream.staged, layout.manifest, stream.files));
  DBOptions o;
  o.env = out->env_.get();
  o.info_log = std::make_shared<Silent>();
  o.allow_2pc = true;  // prepared transactions may stand in the log
  o.max_open_files = 1000;
  o.skip_stats_update_on_db_open = true;
  o.skip_checking_sst_file_sizes_on_db_open = true;
  std::vector<ColumnFamilyHandle*> handles;
  DB* db = nullptr;
  const ::rocksdb::Status s = DB::OpenForReadOnly(o, stream.staged, descriptors, &handles, &db);
  out->db_.reset(db);
  if (!s.ok()) return fail(from_rocksdb(s, stream.staged));
  for (auto* handle : handles) out->handles_[handle->GetName()] = handle;
  return out;
}

TableReader::~TableReader() {
  for (const auto& [name, handle] : handles_) db_->DestroyColumnFamilyHandle(handle);
  db_.reset();  // before the env
}

seabed::Status TableReader::scan(const std::string& family, const std::string& from,
                                 const std::function<bool(const Slice&)>& more, const Visit& visit) {
  const auto handle = handles_.find(family);
  if (handle == handles_.end()) return fail(Code::kNotFound, "column family " + family, "is not open");
  ReadOptions how;
  how.total_order_seek = true;
  how.fill_cache = false;
  std::unique_ptr<Iterator> it(db_->NewIterator(how, handle->second));
  for (from.empty() ? it->SeekToFirst() : it->Seek(from); it->Valid() && more(it->key()); it->Next()) {
    if (it->columns().size() > 1 || (it->columns().size() == 1 && !it->columns()[0].name().empty()))
      return fail(Code::kUnsupported, "column family " + family, "holds wide-column entities",
                  "read it with seabed::open_quick and write it in the application");
    SEABED_CHECK(visit(it->key(), it->value()));
  }
  if (it->status().ok()) return ok();
  return fail(from_rocksdb(it->status(), "column family " + family));
}

}  // namespace seabed::rocksdb_source
