#pragma once
// SQL tables of MyRocks: found in its dictionary, taken out with their dictionary entries into a database of
// their own, which an auxiliary server opens.

#include <memory>

#include "core/source/table_access.h"

namespace seabed {

std::unique_ptr<TableAccess> make_myrocks_tables();

}  // namespace seabed
