// LedgerCommits::resume: where the data stands, and what a crash left.
#include <algorithm>
#include <stdexcept>

#include "ledger_commits.h"
#include "must.h"

namespace oracle {

void LedgerCommits::resume(const CommitHistory* history) {
  int64_t parent = -1;
  CommitName newest;
  const auto heads = db_.heads();
  if (newest_head(heads, newest)) {
    const auto lines = history ? history->lines_with(heads) : std::vector<uint32_t>{};
    if (lines.empty()) throw std::runtime_error("the data does not belong to this commit log");
    last_ = static_cast<int64_t>(newest.n);
    parent = lines.front();
  }
  epoch_ = history ? static_cast<uint32_t>(history->epochs().size()) : 0;
  log_.start(epoch_, last_, parent);
  if (parent >= 0) record_lost(*history, static_cast<uint32_t>(parent));
  for (int64_t n = 0; n <= last_; ++n) plan_commit(config_, static_cast<uint64_t>(n), 0, balances_);
  std::vector<CommitName> adopted;
  if (db_.transactions()) adopt_prepared(adopted);
  for (const auto& name : adopted) plan_commit(config_, name.n, name.epoch, balances_);
  std::vector<std::string> missing;
  for (uint32_t i = 0; i < config_.cfs; ++i) {
    if (!db_.family(family_name(i))) missing.push_back(family_name(i));
  }
  if (!missing.empty()) must(db_.create_families(missing), "CreateColumnFamilies");
}

void LedgerCommits::record_lost(const CommitHistory& history, uint32_t line) {
  if (config_.disable_wal_every == 0) return;
  const auto known = history.lost_before(line);
  for (int64_t n = 1; n <= last_; ++n) {
    const auto number = static_cast<uint64_t>(n);
    if (kind_of(config_, number) != CommitKind::kNoWal || known.contains(number)) continue;
    const auto status = db_.db()->Get({}, db_.family("default"), no_wal_key(number), &value_);
    if (status.IsNotFound()) log_.lost(number);
  }
}

void LedgerCommits::adopt_prepared(std::vector<CommitName>& adopted) {
  std::vector<rocksdb::Transaction*> found;
  db_.transactions()->GetAllPreparedTransactions(&found);
  for (auto* txn : found) {
    CommitName name;
    if (!parse_head(txn->GetName().substr(1), name.n, name.epoch))
      throw std::runtime_error("foreign transaction");
    if (txn->GetName()[0] == 'r') {
      must(txn->Rollback(), "Rollback");
      delete txn;
    } else {
      prepared_[name.n] = txn;
      adopted.push_back(name);
      log_.inherited(name.n, name.epoch);
    }
  }
  std::sort(adopted.begin(), adopted.end(), [](const auto& a, const auto& b) { return a.n < b.n; });
}

}  // namespace oracle
