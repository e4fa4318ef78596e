#pragma once
// Comparators by the names that a MANIFEST records: bytewise, its reverse, MyRocks' two. Others only the
// application has.

#include <rocksdb/comparator.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace seabed::rocksdb_source {

/// Owns what it gives out; outlives the databases opened with it. Not thread-safe.
class KnownComparators {
 public:
  /// `given`: the application's own, taken when it has the recorded name; may be null. kUnsupported names an
  /// unknown one.
  Result<const ::rocksdb::Comparator*> find(const std::string& name,
                                            const ::rocksdb::Comparator* given = nullptr);
  /// Bytewise (or reverse) order under any recorded name: for a family that is not read, or by the caller's
  /// word.
  const ::rocksdb::Comparator* stand_in(const std::string& name, bool reverse);

 private:
  std::vector<std::unique_ptr<::rocksdb::Comparator>> made_;
};

}  // namespace seabed::rocksdb_source
