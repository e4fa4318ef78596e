#pragma once
// RECOVER TABLE: some tables of a backed-up tenant, at a point in time, through an auxiliary tenant that
// reads what they need (docs/table-restore.md; reference: statements section 7, state-machines section 6).

#include <string>
#include <vector>

#include "core/engine/restore/restore_job.h"
#include "core/engine/table/table_names.h"
#include "core/engine/table/table_parts.h"

namespace seabed::table {

struct TableRequest {
  std::vector<std::string> tables;  // "db.tab", "db.*", "*.*"
  RestoreSource source;             // its keys are secrets: never logged, never kept in the clear
  RestoreTargetPoint until;
  std::vector<std::string> remap_tables, remap_tablegroups, remap_tablespaces;
  uint32_t concurrency = 2;  // of the auxiliary restore
  std::string description;
};

/// A table and what became of it.
struct TableResult {
  TableName source, target;
  uint64_t ls_id = 0, rows = 0, bytes = 0;
  std::string comparator;
  std::vector<std::string> files;  // SST files, where they are what was asked for
  std::optional<Error> error;
};

/// What was read from the media, by its purpose.
struct MediumBytes {
  uint64_t restore = 0;  // indexes, metadata and the log of the auxiliary tenant
  uint64_t tables = 0;   // pages of data files
  uint64_t total() const { return restore + tables; }
};

struct TableOutcome {
  RestorePlan plan;
  std::vector<TableResult> tables;
  MediumBytes medium;
  std::vector<std::string> warnings;
  size_t failed() const;
};

struct ExportPlace {
  std::string directory;  // new; absolute
  bool sst = false;       // SST files and seabed_tables.json, else a database for each stream
};

/// Which sets and pieces would be used, and how many bytes the streams' index and log are. Touches nothing.
Result<RestorePlan> preview_tables(EngineContext& context, const TableRequest& request,
                                   const CancelToken& cancel);

/// Tables of column families into a new directory: needs no catalog. The auxiliary tenant lives in it
/// meanwhile. One table's failure does not stop the others. After a crash the same call goes on.
Result<TableOutcome> export_tables(EngineContext& context, const TableParts& parts,
                                   const TableRequest& request, const ExportPlace& place,
                                   const ProgressFn& progress, const CancelToken& cancel);

// ---- RECOVER TABLE into a tenant of this installation: a job (run_tables.cc) ----

struct JobRequest {
  TableRequest request;
  std::string tenant;   // the target
  std::string options;  // WITH text as it was given, for the views
};
/// Holds secrets: kept sealed in the catalog, never printed.
std::string encode_job(const JobRequest& job);
Result<JobRequest> decode_job(const std::string& text);

/// Every check that can be made before a byte is read, then the sys row; its job id. kNotFound: no such
/// tenant. 9036-like kConflict: a table restore into it is running.
Result<uint64_t> submit_tables(EngineContext& context, const TableParts& parts, const JobRequest& job);
/// Runs a submitted job to its end, or goes on with it. kCancelled while its rows are not final: stopped, the
/// next run goes on.
Status run_tables(EngineContext& context, const TableParts& parts, uint64_t sys_job_id,
                  const ProgressFn& progress, const CancelToken& cancel);
/// Marks every running table restore into the tenant; their ids. kNotFound when there is none. The run ends
/// them.
Result<std::vector<uint64_t>> mark_cancelled(EngineContext& context, const std::string& tenant);
/// Auxiliary tenants that no unfinished job owns: their servers are ended, their directories dropped. Their
/// names.
std::vector<std::string> drop_left_aux(EngineContext& context);
/// Where the auxiliary tenant of that name lies.
std::string aux_directory(const EngineContext& context, const std::string& aux_name);

}  // namespace seabed::table
