#include "seabed/open_quick.hpp"

#include <rocksdb/env.h>
#include <rocksdb/table.h>

#include "core/engine/quick/quick_tenant.h"
#include "core/media/lease.h"
#include "core/source/rocksdb/known_comparators.h"
#include "core/source/rocksdb/quick_file_system.h"

namespace seabed {
namespace {

class Silent final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Status to_status(const Error& e) {
  switch (e.code) {
    case Code::kInvalidArgument: return rocksdb::Status::InvalidArgument(e.message());
    case Code::kNotFound: return rocksdb::Status::NotFound(e.message());
    case Code::kCorruption: return rocksdb::Status::Corruption(e.message());
    case Code::kUnsupported: return rocksdb::Status::NotSupported(e.message());
    default: return rocksdb::Status::IOError(e.message());
  }
}

}  // namespace

struct QuickDb::Parts {
  std::unique_ptr<Storage> storage;
  EngineContext context;
  quick::QuickTenant tenant;
  std::shared_ptr<quick::PageReader> files;
  rocksdb_source::KnownComparators comparators;
  std::unique_ptr<rocksdb::Env> env;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  std::unique_ptr<rocksdb::DB> db;

  ~Parts() {
    for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
    db.reset();  // before the env
  }

  Result<const quick::QuickStream*> open_tenant(const OpenQuickOptions& options) {
    SEABED_TRY(storage, Storage::create({options.driver_directories, options.driver_defaults}));
    context.storage = storage.get();
    context.clock = &system_clock();
    context.owner = process_owner();
    context.limits.request_deadline = std::chrono::milliseconds(options.deadline_ms);
    quick::PageReaderOptions pages;
    pages.memory_bytes = options.memory_bytes;
    pages.disk_bytes = options.disk_bytes;
    SEABED_TRY(tenant, quick::open_quick_tenant(context, options.directory, options.uris, pages));
    for (const quick::QuickStream& s : tenant.streams)
      if (s.ls_id == options.ls_id || (options.ls_id == 0 && tenant.streams.size() == 1)) return &s;
    return fail(Code::kInvalidArgument, options.directory,
                "has no log stream " + std::to_string(options.ls_id), "give the number of one that it has");
  }

  Result<std::vector<rocksdb::ColumnFamilyDescriptor>> families(const rocksdb_source::QuickLayout& layout,
                                                                const OpenQuickOptions& options) {
    rocksdb::BlockBasedTableOptions table;
    table.cache_index_and_filter_blocks = true;  // or opening a file fetches all of them
    std::shared_ptr<rocksdb::TableFactory> factory(rocksdb::NewBlockBasedTableFactory(table));
    std::vector<rocksdb::ColumnFamilyDescriptor> out;
    for (const auto& family : layout.families) {
      rocksdb::ColumnFamilyOptions own;
      own.table_factory = factory;
      if (options.configure) options.configure(family.name, &own);
      SEABED_TRY(own.comparator, comparators.find(family.comparator, own.comparator));
      out.emplace_back(family.name, own);
    }
    return out;
  }

  Result<rocksdb::Status> open(const OpenQuickOptions& options) {
    SEABED_TRY(const quick::QuickStream* stream, open_tenant(options));
    files = stream->files;
    SEABED_TRY(const auto layout, rocksdb_source::read_quick_layout(stream->staged));
    SEABED_TRY(const auto descriptors, families(layout, options));
    env = rocksdb::NewCompositeEnv(rocksdb_source::make_quick_file_system(stream->staged, layout.manifest, files));
    rocksdb::DBOptions o;
    o.env = env.get();
    o.info_log = std::make_shared<Silent>();
    o.allow_2pc = true;  // prepared transactions may stand in the log
    o.max_open_files = 1000;
    o.skip_stats_update_on_db_open = true;
    o.skip_checking_sst_file_sizes_on_db_open = true;
    rocksdb::DB* opened = nullptr;
    rocksdb::Status s = rocksdb::DB::OpenForReadOnly(o, stream->staged, descriptors, &handles, &opened);
    db.reset(opened);
    return s;
  }
};

QuickDb::QuickDb(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
QuickDb::~QuickDb() = default;
rocksdb::DB* QuickDb::db() const { return parts_->db.get(); }
const std::vector<rocksdb::ColumnFamilyHandle*>& QuickDb::families() const { return parts_->handles; }
uint64_t QuickDb::medium_bytes() const { return parts_->files->counts().medium_bytes; }

rocksdb::ColumnFamilyHandle* QuickDb::family(const std::string& name) const {
  for (auto* handle : parts_->handles)
    if (handle->GetName() == name) return handle;
  return nullptr;
}

rocksdb::Status open_quick(const OpenQuickOptions& options, std::unique_ptr<QuickDb>* out) {
  auto parts = std::make_unique<QuickDb::Parts>();
  auto opened = parts->open(options);
  if (!opened) return to_status(opened.error());
  if (opened->ok()) out->reset(new QuickDb(std::move(parts)));
  return *opened;
}

}  // namespace seabed
