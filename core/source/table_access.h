#pragma once
// Single tables of a stream: listed and taken out of a quick standby, and put into a database that is closed.
// A table is what the engine's operator calls one: a column family of RocksDB, an SQL table of MyRocks
// (docs/table-restore.md). May abort on damaged input (RocksDB's library asserts): call it in a child
// process.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/base/status.h"
#include "core/source/remote_files.h"

namespace seabed {

struct TableName {
  std::string database;  // empty where the engine has none (a column family's is its stream)
  std::string table;
  auto operator<=>(const TableName&) const = default;
};

struct SourceTable {
  TableName name;
  uint64_t indexes = 0;                 // beside the primary one
  std::vector<std::string> side_files;  // "db/t.frm": what the engine keeps outside
};

/// A quickly restored stream: its staged directory, and the data files that stayed on the medium.
struct StagedStream {
  std::string staged;
  std::shared_ptr<RemoteFiles> files;
};

/// A table taken out. `error`: this one failed, the others are whole.
struct ExtractedTable {
  TableName name;
  std::string comparator;
  std::vector<std::string> files;  // SSTs, absolute; rising by key. Empty: no rows, or they lie in a database
  uint64_t rows = 0, bytes = 0;
  std::optional<Error> error;
};

struct TableImport {
  std::string name;  // new
  std::string comparator;
  std::vector<std::string> files;
  /// An earlier attempt may have made it, with an id above this one (last_id(); -1: the whole database is ours).
  std::optional<int64_t> begun_after;
};

class TableAccess {
 public:
  virtual ~TableAccess() = default;
  /// Rising by name.
  virtual Result<std::vector<SourceTable>> list(const StagedStream& stream) = 0;
  /// Into the new directory `out`. RocksDB: SST files. MyRocks: a database (`out` itself) with these tables
  /// alone.
  virtual Result<std::vector<ExtractedTable>> extract(const StagedStream& stream,
                                                      const std::vector<TableName>& tables,
                                                      const std::string& out, const CancelToken& cancel) = 0;
  /// Into a closed database; `create`: one of ours, made when it is not there. One outcome a table; kConflict when a process has it open,
  /// kAlreadyExists for a table that is there, unless an earlier attempt made it. Durable when it returns.
  /// kUnsupported: not in this way.
  virtual Result<std::vector<Status>> import(const std::string& database, bool create,
                                             const std::vector<TableImport>& tables) = 0;
  /// After an import that did not end: drops each table above its `begun_after` that is empty or holds these
  /// files and nothing else. One outcome a table; ok for one that is not there or somebody else's.
  virtual Result<std::vector<Status>> undo(const std::string& database,
                                           const std::vector<TableImport>& tables) = 0;
  /// Every table made there from now on gets a greater id.
  virtual Result<uint32_t> last_id(const std::string& database) = 0;
  /// What import() could not do now, without doing anything: kNotFound, kConflict.
  virtual Status check_closed(const std::string& database) = 0;
  /// Names there are in a closed or open database.
  virtual Result<std::vector<std::string>> names(const std::string& database) = 0;
};

}  // namespace seabed
