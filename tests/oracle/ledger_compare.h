// Every key of every column family against the model's.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "ledger_verdict.h"

namespace oracle {

void differ(Verdict& verdict, std::string what);  // keeps the first few

// Fills in the verdict's counts, digest, differences, invariant_ok and equal. `slack`:
// VerdictRequest::ddl_slack; `lost` and `extra`: LedgerModel::build.
void compare_state(const LedgerDb& db, const CommitHistory& history, uint32_t epoch, uint64_t n,
                   uint32_t slack, const std::set<uint64_t>& lost, const std::vector<CommitName>& extra,
                   Verdict& verdict);

}  // namespace oracle
