#pragma once
// The directory that tables are taken out into while that lasts: whose it is, what is in it already.

#include "core/base/fd.h"
#include "core/engine/table/table_job.h"
#include "core/engine/table/table_work.h"

namespace seabed::table {

/// At its end beside the tables; "<kListFile>.begun" until then.
inline constexpr char kListFile[] = "seabed_tables.json";

struct TakenDirectory {
  Fd lock;          // of the directory: one run fills it
  std::string aux;  // name of the auxiliary tenant in it
};
/// New or empty, or left by a run for the same tables, with which this one goes on. kConflict: anything else,
/// or a run that is alive.
Result<TakenDirectory> take_directory(const EngineContext& context, const TableRequest& request,
                                      const ExportPlace& place);
/// It is whole.
void leave_directory(const std::string& directory);

/// What is durable of a log stream: its tables lie in files of ours; they lie where they were asked for.
enum class Step { kExtracted, kPlaced };
Status write_step(const std::string& directory, uint64_t ls_id, Step step,
                  const std::vector<ExtractedTable>& tables);
std::optional<std::vector<ExtractedTable>> read_step(const std::string& directory, uint64_t ls_id, Step step);
void forget_steps(const std::string& directory, uint64_t ls_id);

}  // namespace seabed::table
