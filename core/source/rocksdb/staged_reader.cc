#include "core/source/rocksdb/staged_reader.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/table.h>

#include <algorithm>

#include "core/source/rocksdb/known_comparators.h"
#include "core/source/rocksdb/quick_file_system.h"

namespace seabed::rocksdb_source {
namespace {

class Silent final : public ::rocksdb::Logger {
 public:
  using ::rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

Status to_status(const ::rocksdb::Status& s, const std::string& object) {
  if (s.ok()) return ok();
  const Code code = s.IsCorruption()                              ? Code::kCorruption
                    : s.IsNotSupported() || s.IsInvalidArgument() ? Code::kUnsupported
                                                                  : Code::kIo;
  std::string next;
  if (s.ToString().find("merge") != std::string::npos || s.ToString().find("Merge") != std::string::npos)
    next = "its merge operator is the application's: read with seabed::open_quick or on a mount";
  return fail(code, object, s.ToString(), next);
}

/// The smallest text behind everything with that prefix; empty: there is none.
std::string behind_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) ++prefix.back();
  return prefix;
}

class Reader final : public StagedReader {
 public:
  ~Reader() override {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
    db_.reset();  // before env and comparators
  }

  Status open(const StagedReadOptions& options) {
    object_ = options.staged + ", column family " + options.family;
    SEABED_TRY(const QuickLayout layout, read_quick_layout(options.staged));
    SEABED_TRY(const auto families, descriptors(layout, options));
    env_ = ::rocksdb::NewCompositeEnv(make_quick_file_system(options.staged, layout.manifest, options.files));
    ::rocksdb::DBOptions o;
    o.env = env_.get();
    o.info_log = std::make_shared<Silent>();
    o.allow_2pc = true;  // prepared transactions may stand in the log
    o.max_open_files = 1000;
    o.skip_stats_update_on_db_open = true;
    o.skip_checking_sst_file_sizes_on_db_open = true;
    ::rocksdb::DB* opened = nullptr;
    SEABED_CHECK(to_status(::rocksdb::DB::OpenForReadOnly(o, options.staged, families, &handles_, &opened),
                           options.staged));
    db_.reset(opened);
    return ok();
  }

  Result<std::optional<std::string>> get(const std::string& key) override {
    std::string value;
    const auto s = db_->Get(read_, handles_.back(), key, &value);
    if (s.IsNotFound()) return std::nullopt;
    SEABED_CHECK(to_status(s, object_));
    return value;
  }

  Status scan(const KeyRange& range,
              const std::function<bool(std::string_view, std::string_view)>& visit) override {
    ::rocksdb::ReadOptions once = read_;
    once.fill_cache = false;  // each block is met once
    once.readahead_size = range.read_ahead;
    std::unique_ptr<::rocksdb::Iterator> it(db_->NewIterator(once, handles_.back()));
    seek(*it, range);
    for (; it->Valid(); it->Next()) {
      const ::rocksdb::Slice key = it->key();
      if (range.to && order_->Compare(key, *range.to) >= 0) break;
      if (range.prefix && !key.starts_with(*range.prefix)) break;
      if (!visit({key.data(), key.size()}, {it->value().data(), it->value().size()})) break;
    }
    return to_status(it->status(), object_);
  }

 private:
  void seek(::rocksdb::Iterator& it, const KeyRange& range) {
    std::optional<std::string> start = range.from;
    if (range.prefix) {
      std::string first = reverse_ ? behind_prefix(*range.prefix) : *range.prefix;
      const bool bounded = !first.empty();
      if (bounded && (!start || order_->Compare(first, *start) > 0)) start = std::move(first);
    }
    if (start)
      it.Seek(*start);
    else
      it.SeekToFirst();
    // In reverse order the text behind the prefix may itself be a key.
    if (range.prefix && reverse_ && it.Valid() && !it.key().starts_with(*range.prefix) && start &&
        it.key() == ::rocksdb::Slice(*start))
      it.Next();
  }

  /// The default family, which must be opened, and the one that is read, last.
  Result<std::vector<::rocksdb::ColumnFamilyDescriptor>> descriptors(const QuickLayout& layout,
                                                                     const StagedReadOptions& options) {
    ::rocksdb::BlockBasedTableOptions table;
    table.cache_index_and_filter_blocks = true;  // or opening a file fetches all of them
    std::shared_ptr<::rocksdb::TableFactory> factory(::rocksdb::NewBlockBasedTableFactory(table));
    std::vector<::rocksdb::ColumnFamilyDescriptor> out;
    std::string names;
    bool found = false;
    for (const auto& family : layout.families) {
      names += (names.empty() ? "" : ", ") + family.name;
      const bool wanted = family.name == options.family;
      if (!wanted && family.name != ::rocksdb::kDefaultColumnFamilyName) continue;
      ::rocksdb::ColumnFamilyOptions own;
      own.table_factory = factory;
      SEABED_TRY(own.comparator, comparator(family.comparator, wanted ? options.order : "bytewise"));
      if (wanted) order_ = own.comparator, found = true;
      out.insert(wanted ? out.end() : out.begin(), {family.name, own});
    }
    if (!found)
      return fail(Code::kNotFound, "column family " + options.family, "is not in " + options.staged,
                  "there are: " + names.substr(0, 1000));
    std::string probe_low = "a", probe_high = "b";
    reverse_ = order_->Compare(probe_low, probe_high) > 0;
    return out;
  }

  Result<const ::rocksdb::Comparator*> comparator(const std::string& name, const std::string& order) {
    auto known = comparators_.find(name);
    if (known || order.empty()) {
      if (!known) known.error().next_step += "; or give --order bytewise|reverse if it orders so";
      return known;
    }
    return comparators_.stand_in(name, order == "reverse");
  }

  KnownComparators comparators_;
  std::string object_;
  const ::rocksdb::Comparator* order_ = nullptr;
  bool reverse_ = false;
  std::unique_ptr<::rocksdb::Env> env_;
  std::vector<::rocksdb::ColumnFamilyHandle*> handles_;
  std::unique_ptr<::rocksdb::DB> db_;
  const ::rocksdb::ReadOptions read_ = [] {
    ::rocksdb::ReadOptions o;
    o.total_order_seek = true;
    return o;
  }();
};

}  // namespace

Result<std::unique_ptr<StagedReader>> StagedReader::open(const StagedReadOptions& options) {
  auto reader = std::make_unique<Reader>();
  SEABED_CHECK(reader->open(options));
  return std::unique_ptr<StagedReader>(std::move(reader));
}

}  // namespace seabed::rocksdb_source
