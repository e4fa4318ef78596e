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

namespace oracle {

constexpr uint32_t kLanes = 16;
constexpr uint32_t kStride = kLanes + 1;
constexpr uint32_t kMaxLag = 7;           // how many commits early a transaction may be prepared
constexpr uint32_t kMaxRollbackHold = 6;  // how many commits a transaction to be rolled back stays prepared

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

enum class CommitKind { kBatch, kIngest, kNoWal };

struct Plan {
  CommitKind kind = CommitKind::kBatch;
  std::vector<Op> ops;
};

// Balances of all accounts. Each start holds one and plans every commit once, in order within a lane.
using Balances = std::vector<int64_t>;
Balances opening_balances(const LedgerConfig& config);

CommitKind kind_of(const LedgerConfig& config, uint64_t n);
Plan plan_commit(const LedgerConfig& config, uint64_t n, uint32_t epoch, Balances& balances);

// Two-phase commit: the transaction of commit n is prepared just before commit n - lag_of(n).
uint32_t lag_of(const LedgerConfig& config, uint64_t n);
bool two_phase(const LedgerConfig& config, uint64_t n);
// Whether a transaction to be rolled back is prepared just before commit n, how long it is held, what it
// writes.
bool rollback_starts(const LedgerConfig& config, uint64_t n);
uint32_t rollback_hold(const LedgerConfig& config, uint64_t n);
std::vector<Op> plan_rollback(const LedgerConfig& config, uint64_t n);

// Column families made and dropped just before commit n ("" if none).
std::string family_created_before(const LedgerConfig& config, uint64_t n);
std::string family_dropped_before(const LedgerConfig& config, uint64_t n);

std::string family_name(uint32_t index);
std::string account_family(const LedgerConfig& config, uint32_t account);
std::string account_key(uint32_t account);
std::string record_key(uint32_t slot);
std::string head_key(uint64_t n);         // lane head, in the default family
std::string ingest_head_key(uint64_t n);  // lane head inside ingested files
std::string no_wal_key(uint64_t n);
std::string head_value(uint64_t n, uint32_t epoch);
// "t7.0": prepared for commit 7 in epoch 0; "r7.0": to be rolled back.
std::string transaction_name(char kind, uint64_t n, uint32_t epoch);
bool parse_head(const std::string& value, uint64_t& n, uint32_t& epoch);

}  // namespace oracle
