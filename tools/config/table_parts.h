#pragma once
// What table restores of this program are given: the engines' access to tables, and a worker process of its
// own for each piece of work that opens a database.

#include "core/engine/table/table_parts.h"
#include "tools/config/config.h"

namespace seabed {

/// Remembers with which configuration a worker is started. Before any table restore. A tenant's running
/// server is reached by the option file sql/<tenant>.cnf beside the configuration file.
void use_config_for_tables(const Config& config);
/// Owned by the program for its whole life.
const table::TableParts& table_parts();
/// Inside a worker: work is done in this process.
const table::TableParts& table_parts_here();

}  // namespace seabed
