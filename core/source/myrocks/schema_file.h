#pragma once
// What a file in a MariaDB schema directory is, by its name and its first bytes (sql/table.cc,
// sql/sql_view.cc there).

#include <string>
#include <string_view>

namespace seabed::myrocks {

enum class SchemaFile {
  kRocksTable,  // .frm of a RocksDB table, partitioned or not
  kInnodbTable,
  kOtherTable,
  kView,        // .frm that begins with TYPE=VIEW
  kTrigger,     // .TRG
  kPartitions,  // .par
  kOptions,     // db.opt
  kIgnored,     // data files of other engines, temporary tables (#sql…)
};

/// By name alone; a .frm is kOtherTable until its bytes are looked at.
SchemaFile kind_by_name(std::string_view name);
/// `frm`: content of a .frm; `has_innodb_data`: an .ibd of that table (or of a partition) lies beside it.
SchemaFile kind_of_frm(std::string_view frm, bool has_innodb_data);
/// "t" of "t.frm", "t.ibd", "t#P#p0.ibd".
std::string_view table_part(std::string_view name);
bool is_partitioned(std::string_view frm);

/// True for what restore may write: "<schema>/<name>.frm|.par" or "<schema>/db.opt", each part of the
/// characters that MariaDB's encoding produces. No "..", no absolute path, no system schema.
bool is_restorable(std::string_view path);
bool is_system_schema(std::string_view name);

}  // namespace seabed::myrocks
