// Version 2 of the catalog: cluster parameters, events and destinations ever used. Never edited once released.
#include "core/catalog/schema.h"

namespace seabed::catalog {

std::vector<std::string> cluster_tables_v2() {
  return {};
}

}  // namespace seabed::catalog
