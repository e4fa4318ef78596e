#include <nlohmann/json.hpp>

#include "core/source/rocksdb/snapshot_look.h"

namespace seabed::rocksdb_source {

std::string tablet_attributes(const ColumnFamilyState& family) {
  const nlohmann::json doc = {{"comparator", family.comparator}, {"files", family.files.size()}};
  return doc.dump(-1, ' ', false,
                  nlohmann::json::error_handler_t::replace);  // a comparator's name may be any bytes
}

}  // namespace seabed::rocksdb_source
