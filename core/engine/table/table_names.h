#pragma once
// Names of RECOVER TABLE: lists, stars and remaps against what there is at the target point. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "core/source/table_access.h"

namespace seabed::table {

/// "db.tab", "db.*", "*.*"; backticks quote a part (a doubled one stands for itself). A lone "tab" has no
/// database. Names are taken as they are: no case is changed.
struct NamePattern {
  std::string database, table;
  bool all_databases = false, all_tables = false;
  bool database_given = false;
};
Result<NamePattern> parse_pattern(const std::string& text);

/// "db.tab:tab2", "db.tab:db2.tab2", "db.*:db2.*".
struct Remap {
  NamePattern from;
  std::string to_database, to_table;  // empty: as at the source
};
Result<Remap> parse_remap(const std::string& text);

/// A table that the aux tenant has.
struct Candidate {
  uint64_t ls_id = 0;
  std::string engine;
  TableName name;
};

/// One table to be restored. `error`: asked for and not possible.
struct Item {
  uint64_t ls_id = 0;
  std::string engine;
  TableName source, target;
  std::optional<Error> error;
};

struct Selection {
  std::vector<Item> items;  // rising by source name, each once; the impossible ones last
  bool all = false;         // "*.*"
};

/// A named table that is not there is an item with kNotFound; "db.*" of an unknown or empty database too. Two
/// tables with one target: the second is kConflict. `remaps`: the first that fits, a table's own before its
/// database's.
Selection select_tables(const std::vector<NamePattern>& patterns, const std::vector<Remap>& remaps,
                        const std::vector<Candidate>& candidates);

/// As the views print it: "db.tab", parts quoted where they must be.
/// Servers tell upper from lower case in names, or do not (lower_case_table_names). `source`: what the backup
/// says of it, empty when it says nothing: then an upper-case letter in a name tells. kConflict: they differ.
Status check_name_case(const std::string& source, const std::string& target,
                       const std::vector<TableName>& names);

std::string display(const TableName& name);

}  // namespace seabed::table
