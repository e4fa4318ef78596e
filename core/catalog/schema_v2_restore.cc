// Version 2 of the catalog: standbys, table restores and their imports. Never edited once released.
#include "core/catalog/schema.h"

namespace seabed::catalog {

std::vector<std::string> restore_tables_v2() {
  return {};
}

}  // namespace seabed::catalog
