#include "core/catalog/schema.h"

namespace seabed::catalog {

std::vector<std::string> schema_v2() {
  std::vector<std::string> out;
  for (auto part : {clean_tables_v2(), key_tables_v2(), restore_tables_v2(), cluster_tables_v2(), drill_tables_v2()})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace seabed::catalog
