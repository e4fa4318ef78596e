#pragma once
// What a catalog lacks, compared with media: pure. The media win; what only a catalog can know (an operator's decision, a
// job that runs) is left as it is.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/rebuild/look.h"

namespace seabed::rebuild {

/// Rows as they are to be written, whole. `changes` says each in words, in the order of dest, id.
struct Plan {
  std::vector<catalog::DestinationRow> new_destinations, new_uris;   // the second: known ones, with another URI
  std::vector<catalog::RoundRow> rounds;
  std::vector<catalog::PieceRow> pieces;
  std::vector<catalog::LsProgressRow> progress;
  std::vector<catalog::HoleRow> holes;
  std::vector<catalog::BackupSetRow> sets;
  struct JobEnd { uint64_t job_id = 0; catalog::BackupSetRow set; };
  std::vector<JobEnd> jobs;                    // that ended without the catalog's knowing it
  std::map<std::string, std::string> parameters;
  std::optional<catalog::OperatorFacts> decided, ids;   // newer than the catalog's; `ids`: the largest of each counter
  std::string log_mode;                        // empty: as it is
  uint64_t incarnation = 0;                    // 0: as it is
  uint64_t last_set = 0, last_dest = 0;        // used on the media: never given again
  std::vector<std::string> changes, problems;
};

struct PlanOptions {
  /// dest and round (piece 0) that an archiver of this process is writing: its rows are its own.
  std::optional<paths::PieceKey> live;
  /// The operator asked for it: the log mode follows the newest round too. Else only when the catalog had rounds: who
  /// sets a destination that has an open round has not asked for archiving yet.
  bool asked = false;
};

/// kConflict 9081 when a destination is not the one that the catalog knows under its id or path.
Result<Plan> make_plan(const KnownRows& known, const std::vector<DestinationLook>& looks, const PlanOptions& options = {});

}  // namespace seabed::rebuild
