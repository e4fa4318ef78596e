#include "prepared_check.h"

#include <algorithm>
#include <set>

#include "ledger_compare.h"
#include "ledger_names.h"
#include "ledger_schedule.h"

namespace oracle {
namespace {

bool parse_transaction(const std::string& name, CommitName& commit) {
  return name.size() > 1 && parse_head(name.substr(1), commit.n, commit.epoch);
}

}  // namespace

void check_prepared(LedgerDb& db, const LedgerConfig& c, uint64_t n, Verdict& verdict,
                    std::vector<CommitName>& standing) {
  std::vector<rocksdb::Transaction*> found;
  db.transactions()->GetAllPreparedTransactions(&found);
  std::set<uint64_t> commits;
  for (auto* txn : found) {
    CommitName name;
    verdict.prepared.push_back(txn->GetName());
    if (!parse_transaction(txn->GetName(), name)) {
      differ(verdict, "unknown prepared transaction " + txn->GetName());
    } else if (txn->GetName()[0] == 'r') {
      if (name.n > n + 1 || name.n + rollback_hold(c, name.n) < n + 1)
        differ(verdict, "stale " + txn->GetName());
    } else {
      if (name.n <= n || name.n - lag_of(c, name.n) > n + 1) differ(verdict, "misplaced " + txn->GetName());
      commits.insert(name.n);
      standing.push_back(name);
    }
  }
  for (uint64_t next = n + 1; next <= n + kMaxLag; ++next) {
    const uint32_t lag = lag_of(c, next);
    if (lag > 0 && next - lag <= n && !commits.contains(next)) {
      differ(verdict, "lost prepared transaction of commit " + std::to_string(next));
    }
  }
  std::sort(standing.begin(), standing.end(), [](const auto& a, const auto& b) { return a.n < b.n; });
  verdict.equal = verdict.equal && verdict.differences.empty();
}

void finish_prepared(LedgerDb& db, Verdict& verdict) {
  std::vector<rocksdb::Transaction*> found;
  db.transactions()->GetAllPreparedTransactions(&found);
  for (auto* txn : found) {
    const auto status = txn->GetName()[0] == 'r' ? txn->Rollback() : txn->Commit();
    if (!status.ok()) verdict.error = txn->GetName() + ": " + status.ToString();
    delete txn;
  }
}

}  // namespace oracle
