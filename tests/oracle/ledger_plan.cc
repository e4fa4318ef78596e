#include "ledger_plan.h"

#include <algorithm>

#include "format_text.h"
#include "ledger_names.h"
#include "ledger_schedule.h"

namespace oracle {
namespace {

uint32_t lane_slot(uint64_t choice, uint32_t count, uint64_t n) {
  return static_cast<uint32_t>(choice % (count / kStride)) * kStride + static_cast<uint32_t>(n % kLanes);
}

std::string balance_text(int64_t balance, uint64_t n, uint32_t epoch) {
  return format_text("%lld n=%llu e=%u", static_cast<long long>(balance), static_cast<unsigned long long>(n),
                     epoch);
}

uint32_t size_of(const LedgerConfig& c, uint64_t n, uint64_t sub) {
  return c.value_size / 2 + 1 + static_cast<uint32_t>(choose(c, n, kSize, sub) % (c.value_size + 1));
}

void put(Plan& plan, std::string cf, std::string key, std::string literal) {
  plan.ops.push_back({OpType::kPut, std::move(cf), std::move(key), {std::move(literal)}});
}

void put_generated(Plan& plan, std::string cf, std::string key, uint64_t n, uint32_t epoch, uint32_t size) {
  plan.ops.push_back({OpType::kPut, std::move(cf), std::move(key), {"", n, epoch, size}});
}

void plan_opening(const LedgerConfig& c, uint32_t epoch, const Balances& balances, Plan& plan) {
  put(plan, "default", head_key(0), head_value(0, epoch));
  for (uint32_t a = 0; a < c.accounts; ++a) {
    put(plan, account_family(c, a), account_key(a), balance_text(balances[a], 0, epoch));
  }
}

void plan_transfer(const LedgerConfig& c, uint64_t n, uint32_t epoch, Balances& balances, Plan& plan) {
  const uint32_t from = lane_slot(choose(c, n, kFrom), c.accounts, n);
  uint32_t to = lane_slot(choose(c, n, kTo), c.accounts, n);
  const uint32_t lanes_wide = c.accounts / kStride;
  if (to == from) to = (from / kStride + 1) % lanes_wide * kStride + from % kStride;
  const auto amount = static_cast<int64_t>(choose(c, n, kAmount) % 100);
  balances[from] -= amount;
  balances[to] += amount;
  for (uint32_t a : {from, to}) {
    put(plan, account_family(c, a), account_key(a), balance_text(balances[a], n, epoch));
  }
}

void plan_records(const LedgerConfig& c, uint64_t n, uint32_t epoch, Plan& plan) {
  for (uint32_t i = 0; i < c.batch; ++i) {
    const uint64_t choice = choose(c, n, kRecord, i);
    std::string cf = family_name(static_cast<uint32_t>((choice >> 32) % c.cfs));
    std::string key = record_key(lane_slot(choice & 0xffffffff, c.keys, n));
    if (choose(c, n, kFate, i) % 8 == 0) {
      plan.ops.push_back({OpType::kDelete, std::move(cf), std::move(key), {}});
    } else {
      put_generated(plan, std::move(cf), std::move(key), n, epoch, size_of(c, n, i));
    }
  }
}

// As a secondary index does: a key lives for 48 commits and goes by SingleDelete.
void plan_short_lived(const LedgerConfig& c, uint64_t n, uint32_t epoch, Plan& plan) {
  constexpr uint64_t kLife = 48;
  const auto key = [](uint64_t m) { return format_text("s/%012llu", static_cast<unsigned long long>(m)); };
  put(plan, family_name(n % c.cfs), key(n), head_value(n, epoch));
  if (n > kLife && kind_of(c, n - kLife) == CommitKind::kBatch) {
    plan.ops.push_back({OpType::kSingleDelete, family_name((n - kLife) % c.cfs), key(n - kLife), {}});
  }
}

// Operands are appended, so a lost, doubled or reordered one shows; a put now and then starts afresh.
void plan_merge(const LedgerConfig& c, uint64_t n, uint32_t epoch, Plan& plan) {
  const uint64_t choice = choose(c, n, kMergeSlot);
  const OpType type = choice % 64 == 0 ? OpType::kPut : OpType::kMerge;
  plan.ops.push_back({type,
                      family_name((choice >> 32) % c.cfs),
                      format_text("m/%06u", lane_slot(choice >> 8 & 0xffff, 340, n)),
                      {head_value(n, epoch)}});
}

void plan_delete_range(const LedgerConfig& c, uint64_t n, Plan& plan) {
  if (n % 50 != 7) return;
  const uint64_t choice = choose(c, n, kRange);
  const auto first = static_cast<uint32_t>(1 + (choice & 0xffffffff) % (c.keys - 1));
  const uint32_t last = std::min(c.keys, first + 1 + static_cast<uint32_t>((choice >> 40) % (c.keys / 20)));
  Op op{OpType::kDeleteRange, family_name((choice >> 36) % c.cfs), "", {}};
  op.first_slot = first;
  op.last_slot = last;
  plan.ops.push_back(std::move(op));
}

// Writes into every passing family that stands from the moment of preparing to the moment of committing.
void plan_churn(const LedgerConfig& c, uint64_t n, uint32_t epoch, Plan& plan) {
  if (c.cf_churn == 0) return;
  const uint64_t period = c.cf_churn, life = period * 5 / 2;
  for (uint64_t made = n / period * period; made > 0 && made + life > n; made -= period) {
    if (made + lag_of(c, n) > n) continue;
    put_generated(plan, format_text("churn-%llu", static_cast<unsigned long long>(made)),
                  record_key(lane_slot(choose(c, n, kRecord, 99), 340, n)), n, epoch, size_of(c, n, 99));
  }
}

void plan_ingest(const LedgerConfig& c, uint64_t n, uint32_t epoch, Plan& plan) {
  const std::string cf = family_name(static_cast<uint32_t>(choose(c, n, kIngestCf) % c.cfs));
  put(plan, cf, ingest_head_key(n), head_value(n, epoch));
  const uint64_t generation = n / c.ingest_every % 20;  // later files overwrite earlier ones
  for (uint32_t k = 0; k < c.ingest_keys; ++k) {
    put_generated(plan, cf, format_text("i/%03llu/%06u", static_cast<unsigned long long>(generation), k), n,
                  epoch, size_of(c, n, k));
  }
}

}  // namespace

Balances opening_balances(const LedgerConfig& config) { return Balances(config.accounts, 1000); }

Plan plan_commit(const LedgerConfig& c, uint64_t n, uint32_t epoch, Balances& balances) {
  Plan plan;
  plan.kind = kind_of(c, n);
  if (n == 0) {
    plan_opening(c, epoch, balances, plan);
  } else if (plan.kind == CommitKind::kIngest) {
    plan_ingest(c, n, epoch, plan);
  } else if (plan.kind == CommitKind::kNoWal) {
    // One family only: a crash keeps or loses its memtable as a whole.
    put(plan, "default", head_key(n), head_value(n, epoch));
    put_generated(plan, "default", no_wal_key(n), n, epoch, size_of(c, n, 0));
  } else {
    put(plan, "default", head_key(n), head_value(n, epoch));
    if (c.delete_range) plan_delete_range(c, n, plan);
    plan_transfer(c, n, epoch, balances, plan);
    plan_records(c, n, epoch, plan);
    plan_short_lived(c, n, epoch, plan);
    if (c.merge) plan_merge(c, n, epoch, plan);
    plan_churn(c, n, epoch, plan);
  }
  return plan;
}

std::vector<Op> plan_rollback(const LedgerConfig& c, uint64_t n) {
  Plan plan;
  const uint32_t slot = kLanes + kStride * static_cast<uint32_t>(n % 10);  // distinct while held
  put(plan, account_family(c, slot), account_key(slot), "must never be seen");
  put_generated(plan, family_name(n % c.cfs), record_key(slot), n, 0, size_of(c, n, 0));
  return std::move(plan.ops);
}

}  // namespace oracle
