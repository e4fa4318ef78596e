#include "ledger_model.h"

namespace oracle {

LedgerModel LedgerModel::build(const CommitHistory& history, uint32_t epoch, uint64_t n,
                               const std::set<uint64_t>& lost, const std::vector<CommitName>& extra) {
  const LedgerConfig& config = history.config();
  LedgerModel model;
  for (uint32_t i = 0; i < config.cfs; ++i) model.families_[family_name(i)];
  Balances balances = opening_balances(config);
  for (uint64_t at = 0; at <= n; ++at) {
    if (const auto name = family_dropped_before(config, at); !name.empty()) model.families_.erase(name);
    if (const auto name = family_created_before(config, at); !name.empty()) model.families_[name];
    const auto value_epoch = history.value_epoch(epoch, at);
    const Plan plan = plan_commit(config, at, value_epoch.value_or(~0u), balances);
    if (!lost.contains(at)) model.apply(plan);
  }
  for (const CommitName& name : extra) model.apply(plan_commit(config, name.n, name.epoch, balances));
  return model;
}

void LedgerModel::apply(const Plan& plan) {
  for (const Op& op : plan.ops) apply(op);
}

void LedgerModel::apply(const Op& op) {
  Family& family = families_[op.cf];
  switch (op.type) {
    case OpType::kPut: family[op.key] = op.value; break;
    case OpType::kDelete:
    case OpType::kSingleDelete: family.erase(op.key); break;
    case OpType::kMerge:
      if (auto found = family.find(op.key); found != family.end()) {
        found->second.literal += "," + op.value.literal;
      } else {
        family[op.key] = op.value;
      }
      break;
    case OpType::kDeleteRange:
      for (uint32_t slot = op.first_slot; slot <= op.last_slot; ++slot) family.erase(record_key(slot));
      break;
  }
}

}  // namespace oracle
