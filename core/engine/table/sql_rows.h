#pragma once
// Rows of a table of the auxiliary server in a form whose text is exact: mariadb-dump prints FLOAT with six
// digits, and every text through Unicode, which not all character sets survive.

#include "core/engine/table/sql_client.h"

namespace seabed::table {

/// Where mariadb-dump reads the rows, and what it and the session that loads them need for it.
struct RowSource {
  std::string database;                 // of the auxiliary server; the table's name stays
  std::vector<std::string> dump_words;  // beside what every dump has
  std::string session = loading_session();

  static std::string loading_session();  // one SET statement
};

/// The table itself, or, where its text would not be exact, a copy made now in another database.
Result<RowSource> row_source(const SqlClient& aux, const std::string& database, const std::string& table,
                             const CancelToken& cancel);

/// Of the primary key in its order; of a table without one, all.
Result<std::vector<std::string>> key_columns(const SqlClient& server, const std::string& database,
                                             const std::string& table, const CancelToken& cancel);

/// kCorruption when the two tables' rows differ in number or CHECKSUM TABLE; else their number. `ours`,
/// `theirs`: `database`.`table`, quoted.
Result<uint64_t> same_rows(const SqlClient& our_server, const std::string& ours,
                           const SqlClient& their_server, const std::string& theirs,
                           const CancelToken& cancel);

}  // namespace seabed::table
