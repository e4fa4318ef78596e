#include "restored.h"

#include "core/base/fd.h"
#include "core/source/rocksdb/restore_target.h"

namespace seabed::test {

Status copy_base(const Snapshot& base, RestoreTarget& target) {
  for (const SnapshotFile& file : base.files) {
    SEABED_TRY(const Fd from, file.open());
    SEABED_TRY(Fd to, target.create_file(file));
    std::string bytes(file.size, '\0');
    SEABED_TRY(const size_t n, pread_full(from.get(), bytes, 0, file.name));
    SEABED_CHECK(pwrite_full(to.get(), std::string_view(bytes).substr(0, n), 0, file.name));
    SEABED_CHECK(target.close_file(file, std::move(to)));
  }
  return ok();
}

Result<RestoreReport> restore_staged(const Snapshot& base, const std::vector<LogGroup>& groups, Scn until,
                                     const std::string& directory) {
  rocksdb_source::RocksDbTarget target(directory);
  SEABED_CHECK(target.begin(base.recovery));
  SEABED_CHECK(copy_base(base, target));
  for (const LogGroup& group : groups) {
    SEABED_TRY(const bool more, target.apply(group, until));
    if (!more) break;
  }
  return target.finish(until);
}

}  // namespace seabed::test
