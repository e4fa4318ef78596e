// Version 2 of the catalog: policies, cleanup jobs and their tasks. Never edited once released.
#include "core/catalog/schema.h"

namespace seabed::catalog {

std::vector<std::string> clean_tables_v2() {
  return {};
}

}  // namespace seabed::catalog
