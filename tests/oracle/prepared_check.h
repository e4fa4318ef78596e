// Transactions that stand prepared in a database with two-phase commit.
#pragma once
#include <vector>

#include "ledger_verdict.h"

namespace oracle {

// What may and must stand prepared after commit n: the early prepared ones, and perhaps those of the step
// towards n + 1. `standing`: those to be committed, rising.
void check_prepared(LedgerDb& db, const LedgerConfig& config, uint64_t n, Verdict& verdict,
                    std::vector<CommitName>& standing);

// Commits them all; rolls back those that are to be.
void finish_prepared(LedgerDb& db, Verdict& verdict);

}  // namespace oracle
