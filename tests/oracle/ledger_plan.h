// What commit n writes: a pure function of the configuration, n and the epoch (the writer's start in which it
// was made). Writer and checker both derive everything from here, so the commit log need not hold the data.
//
// Every commit touches only keys of its own lane (n mod 16), so that transactions that are prepared together
// never conflict; lane 16 belongs to transactions that are rolled back and must never be seen.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ledger_config.h"
#include "ledger_names.h"
#include "ledger_schedule.h"

namespace oracle {

enum class OpType { kPut, kDelete, kSingleDelete, kMerge, kDeleteRange };

// A value: either literal, or `size` bytes generated from (seed, n, epoch, key): see ledger_values.h.
struct ValueRef {
  std::string literal;
  uint64_t n = 0;
  uint32_t epoch = 0;
  uint32_t size = 0;  // 0: literal
};

struct Op {
  OpType type = OpType::kPut;
  std::string cf;
  std::string key;
  ValueRef value;
  uint32_t first_slot = 0, last_slot = 0;  // kDeleteRange: record slots, both inclusive
};

struct Plan {
  CommitKind kind = CommitKind::kBatch;
  std::vector<Op> ops;
};

// Balances of all accounts. Each start holds one and plans every commit once, in order within a lane.
using Balances = std::vector<int64_t>;
Balances opening_balances(const LedgerConfig& config);

Plan plan_commit(const LedgerConfig& config, uint64_t n, uint32_t epoch, Balances& balances);

// What a transaction writes that is rolled back (ledger_schedule.h tells when).
std::vector<Op> plan_rollback(const LedgerConfig& config, uint64_t n);

}  // namespace oracle
