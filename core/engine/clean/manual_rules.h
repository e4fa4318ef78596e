#pragma once
// When a deletion by id is refused (reference: statements.md section 8). Pure.

#include "core/engine/clean/clean_rules.h"

namespace seabed::clean {

struct ManualFacts {
  Stock stock;
  bool has_policy = false;
  std::set<uint64_t> unreachable_dests;
};

/// ob_error 9046 unknown; 9070 unreachable; 9045 not allowed. A FAILED or DELETING set may go whatever its id
/// is.
Status check_delete_sets(const ManualFacts& facts, const std::set<uint64_t>& ids);
/// ob_error 9069 for every refusal. `ids` are of one destination.
Status check_delete_pieces(const ManualFacts& facts, const std::set<uint64_t>& ids);

}  // namespace seabed::clean
