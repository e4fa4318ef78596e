// Version 2 of the catalog: master keys and data keys of tenants. Never edited once released.
#include "core/catalog/schema.h"

namespace seabed::catalog {

std::vector<std::string> key_tables_v2() {
  return {};
}

}  // namespace seabed::catalog
