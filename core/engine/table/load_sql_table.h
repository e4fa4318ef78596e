#pragma once
// One SQL table from the auxiliary server into the target's: streamed by mariadb-dump and mariadb, under a
// name of ours until it is whole, so that nothing is overwritten and nobody sees a half-loaded table.

#include <functional>

#include "core/engine/table/sql_client.h"
#include "core/source/table_access.h"

namespace seabed::table {

struct SqlLoad {
  TableName source, target;
  uint64_t task_id = 0;
  bool resumed = false;   // an earlier process may have been at it
  bool renaming = false;  // … and had come to the last step
  uint32_t dop = 1;       // connections that load it side by side, each its part of the rows
};

/// Conditions that part the rows of a table among `dop` connections, every row under exactly one; `columns`:
/// of its primary key, or all. They name columns only: no value of a row shows on a command line.
std::vector<std::string> row_parts(const std::vector<std::string>& columns, uint32_t dop);

/// "seabed_import_<task>": a table of this name in the target's database is ours.
std::string load_name(uint64_t task_id);
/// The task of such a name.
std::optional<uint64_t> loaded_task(const std::string& table);

/// What the target has: kNotFound for a database that is missing, kAlreadyExists for a table that is there.
Status check_sql_target(const SqlClient& target, const TableName& name, const CancelToken& cancel);

/// Rows loaded. `before_rename` is called when all rows are there: it must make the step durable. After a
/// failure what was begun at the target is dropped, if the target can be reached.
Result<uint64_t> load_sql_table(const SqlClient& aux, const SqlClient& target, const SqlLoad& load,
                                const std::function<Status()>& before_rename, const CancelToken& cancel);

}  // namespace seabed::table
