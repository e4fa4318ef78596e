#pragma once
// Drills: restores on trial, with how far they are and how they ended (docs/drill.md).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

struct DrillRow {
  uint64_t tenant_id = 0, drill_id = 0;
  std::string status = "RESTORING";  // RESTORING, SCANNING; PASSED, FAILED, CANCELED are final
  std::string moment, method;        // as asked for; "quick", "full"
  bool scheduled = false;
  uint64_t start_us = 0, end_us = 0;
  uint64_t target_scn = 0;
  uint64_t done = 0, total = 0;   // RESTORING: bytes; SCANNING: rows, of a guess
  uint64_t phase_us = 0;          // when the status began
  uint64_t rows = 0, result = 0;  // result: of an error, 4000 + its class
  std::string report;             // its file
  std::string comment;            // why it failed
  bool over() const { return status != "RESTORING" && status != "SCANNING"; }
};

/// Gives and returns drill_id.
Result<uint64_t> insert_drill(Transaction& tx, const DrillRow& row);
Status update_drill(Transaction& tx, const DrillRow& row);
Result<std::optional<DrillRow>> find_drill(Transaction& tx, uint64_t drill_id);
/// Newest first; tenant 0: of all.
Result<std::vector<DrillRow>> list_drills(Transaction& tx, uint64_t tenant_id, size_t limit = 50);
/// Those that a killed process left without an end.
Result<std::vector<DrillRow>> unfinished_drills(Transaction& tx);

}  // namespace seabed::catalog
