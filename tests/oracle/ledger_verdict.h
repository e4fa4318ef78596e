// Is this database exactly the state after one commit of that commit log, and after which?
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commit_history.h"
#include "ledger_db.h"

namespace oracle {

struct VerdictRequest {
  std::optional<int64_t> until_lo_ns, until_hi_ns;  // the interval that a restore reported
  std::optional<uint64_t> expect;                   // exactly this commit
  uint32_t ddl_slack = 0;        // by how many commits the set of column families may be ahead of the data
  bool commit_prepared = false;  // commit what stands prepared, then compare again
};

struct Verdict {
  bool equal = false;  // every key of every family, the invariant, and the prepared transactions
  bool interval_ok = true;
  int64_t commit = -1;
  int64_t epoch = -1;
  int64_t before_ns = 0, acked_ns = 0, next_before_ns = 0;  // 0: unknown
  int64_t must_have = -1;  // with until_lo: the last commit acknowledged by then
  int64_t balance_sum = 0;
  bool invariant_ok = false;
  uint64_t families = 0, keys = 0, bytes = 0;
  uint64_t digest = 0;  // XXH3-64 over all families in name order, keys in the family's order
  std::vector<std::string> prepared;
  std::vector<std::string> differences;  // the first few
  std::string error;

  bool ok() const { return equal && interval_ok && error.empty(); }
};

Verdict judge(LedgerDb& db, const CommitHistory& history, const VerdictRequest& request);

}  // namespace oracle
