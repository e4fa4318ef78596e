// When things happen in the ledger: which commits are ingested or unlogged, how early a transaction is
// prepared, which ones are rolled back, when column families come and go. Pure functions of the configuration
// and the commit number.
#pragma once
#include <cstdint>
#include <string>

#include "ledger_config.h"

namespace oracle {

// Streams of choices: each question has its own number, so that adding one never shifts another.
// clang-format off
enum Question : uint64_t {
  kLag = 1, kTwoPhase, kRollback, kHold, kFrom, kTo, kAmount, kRecord, kSize, kFate,
  kMergeSlot, kRange, kIngestCf,
};
// clang-format on
uint64_t choose(const LedgerConfig& config, uint64_t n, Question question, uint64_t sub = 0);

enum class CommitKind { kBatch, kIngest, kNoWal };

CommitKind kind_of(const LedgerConfig& config, uint64_t n);

// Two-phase commit: the transaction of commit n is prepared just before commit n - lag_of(n).
uint32_t lag_of(const LedgerConfig& config, uint64_t n);
bool two_phase(const LedgerConfig& config, uint64_t n);
// Whether a transaction to be rolled back is prepared just before commit n; for how many commits it is held.
bool rollback_starts(const LedgerConfig& config, uint64_t n);
uint32_t rollback_hold(const LedgerConfig& config, uint64_t n);

// Column families made and dropped just before commit n ("" if none).
std::string family_created_before(const LedgerConfig& config, uint64_t n);
std::string family_dropped_before(const LedgerConfig& config, uint64_t n);

}  // namespace oracle
