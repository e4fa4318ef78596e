#pragma once
// The work of a table restore that opens databases: each a request and an answer in text (JSON), so that it
// can be done by a process of its own, which the library may abort. Requests may hold secrets: they go over a
// pipe, never a command line.

#include "core/engine/table/table_names.h"
#include "core/engine/table/table_parts.h"

namespace seabed::table {

/// The aux tenant: a finished quick restore, and how its medium is reached.
struct AuxTenant {
  std::string name, directory;
  std::vector<std::string> uris;  // with their secrets
};

struct AuxTable {
  Candidate candidate;
  uint64_t indexes = 0;
  std::vector<std::string> side_files;
};
struct Listing {
  std::vector<AuxTable> tables;
  uint64_t medium_bytes = 0;
};
/// Every table of every stream. The database of a column family is its stream's directory name.
Result<Listing> list_aux(EngineContext& context, const TableParts& parts, const AuxTenant& aux,
                         const CancelToken& cancel);

struct Extraction {
  std::vector<ExtractedTable> tables;  // as asked for
  uint64_t medium_bytes = 0;
};
Result<Extraction> extract_aux(EngineContext& context, const TableParts& parts, const AuxTenant& aux,
                               uint64_t ls_id, const std::vector<TableName>& tables, const std::string& out,
                               const CancelToken& cancel);

/// What was taken out, as text for the next run. Nothing: it is not readable.
std::string encode_tables(const std::vector<ExtractedTable>& tables);
std::optional<std::vector<ExtractedTable>> decode_tables(const std::string& text);

/// TableAccess::import, names and check_closed.
Result<std::vector<Status>> import_closed(EngineContext& context, const TableParts& parts,
                                          const std::string& engine, const std::string& database, bool create,
                                          const std::vector<TableImport>& tables, const CancelToken& cancel);

/// TableAccess::undo. Goes to its end.
Result<std::vector<Status>> undo_closed(EngineContext& context, const TableParts& parts,
                                        const std::string& engine, const std::string& database,
                                        const std::vector<TableImport>& tables);

/// What such a process does: answers a request. Errors are part of the answer.
std::string answer_work(EngineContext& context, const TableParts& parts, const std::string& request);

}  // namespace seabed::table
