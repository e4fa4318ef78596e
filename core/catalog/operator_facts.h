#pragma once
// What only the catalog decides, as it goes onto the media (OperatorFacts of meta.proto) and comes back from
// them when the catalog was lost or is older (core/engine/rebuild): policies, BINDING, the piece interval,
// DEFER, and the ids given.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/catalog/catalog.h"

namespace seabed::meta {
class OperatorFacts;
}

namespace seabed::catalog {

struct OperatorFacts {
  struct Policy {
    std::string name, recovery_window;
    bool operator==(const Policy&) const = default;
  };
  uint64_t version = 0;  // rises with each decision; 0: none was made, or nothing is known
  uint64_t scn = 0;
  std::vector<Policy> policies;
  std::string binding, archive_state;  // of the archive destination; empty: it has none
  uint64_t piece_switch_interval_us = 0;
  std::map<std::string, uint64_t> used;  // of the whole cluster: jobs, tasks
  bool operator==(const OperatorFacts&) const = default;
};

Result<OperatorFacts> operator_facts(Transaction& tx, uint64_t tenant_id);
/// In the transaction of each decision.
Status operator_decided(Transaction& tx, uint64_t tenant_id);
/// Decisions of the media take the place of the catalog's: policies, and what the current archive destination
/// has. The catalog's version becomes theirs.
Status adopt_decisions(Transaction& tx, uint64_t tenant_id, const OperatorFacts& facts);
/// Ids from these on are free. Some more are left out: the media's word is a little older than the catalog
/// was.
inline constexpr uint64_t kIdsLeftOut = 1000;
Status adopt_ids(Transaction& tx, const OperatorFacts& facts);

/// `scn`: of now.
void put_facts(const OperatorFacts& facts, uint64_t scn, meta::OperatorFacts* out);
OperatorFacts read_facts(const meta::OperatorFacts& message);

}  // namespace seabed::catalog
