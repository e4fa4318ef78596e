#include "ledger_verdict.h"

#include <algorithm>
#include <set>

#include "ledger_compare.h"
#include "prepared_check.h"

namespace oracle {
namespace {

// Commits lost by crashes before n was made; those of a crash right after n are in doubt: both states
// existed.
std::vector<std::set<uint64_t>> lost_variants(const CommitHistory& history, uint32_t epoch, uint64_t n) {
  std::set<uint64_t> sure, doubtful;
  for (int64_t at = epoch; at >= 0; at = history.epochs()[static_cast<size_t>(at)].parent) {
    const Epoch& e = history.epochs()[static_cast<size_t>(at)];
    if (e.resumed_at < static_cast<int64_t>(n)) sure.insert(e.lost.begin(), e.lost.end());
    if (e.resumed_at == static_cast<int64_t>(n)) doubtful.insert(e.lost.begin(), e.lost.end());
  }
  std::vector<std::set<uint64_t>> variants{sure};
  if (!doubtful.empty()) {
    doubtful.insert(sure.begin(), sure.end());
    variants.push_back(doubtful);
  }
  return variants;
}

void judge_interval(const CommitHistory& history, uint32_t epoch, uint64_t n, const VerdictRequest& request,
                    Verdict& verdict) {
  verdict.before_ns = history.before_ns(epoch, n);
  verdict.acked_ns = history.acked_ns(epoch, n);
  verdict.next_before_ns = history.before_ns(epoch, n + 1);
  if (request.until_hi_ns && verdict.before_ns > *request.until_hi_ns) verdict.interval_ok = false;
  if (request.until_lo_ns) {
    verdict.must_have = history.last_acked_by(*request.until_lo_ns);
    const uint32_t then = history.epoch_at(*request.until_lo_ns);
    const auto must = static_cast<uint64_t>(std::max<int64_t>(verdict.must_have, 0));
    if (verdict.must_have > static_cast<int64_t>(n) ||
        (verdict.must_have >= 0 && history.value_epoch(then, must) != history.value_epoch(epoch, must))) {
      verdict.interval_ok = false;
    }
  }
  if (request.expect && *request.expect != n) verdict.interval_ok = false;
}

}  // namespace

Verdict judge(LedgerDb& db, const CommitHistory& history, const VerdictRequest& request) {
  Verdict verdict;
  CommitName newest;
  const auto heads = db.heads();
  const auto lines = history.lines_with(heads);
  if (!newest_head(heads, newest)) {
    verdict.error = "no commit number in the data";
  } else if (lines.empty()) {
    verdict.error = "the commit numbers in the data belong to no line of the commit log";
  }
  if (!verdict.error.empty()) return verdict;
  verdict.commit = static_cast<int64_t>(newest.n);
  verdict.epoch = lines.front();
  std::set<uint64_t> lost;
  for (const auto& variant : lost_variants(history, lines.front(), newest.n)) {
    lost = variant;
    compare_state(db, history, lines.front(), newest.n, request.ddl_slack, lost, {}, verdict);
    if (verdict.equal) break;
  }
  judge_interval(history, lines.front(), newest.n, request, verdict);
  std::vector<CommitName> standing;
  if (db.transactions() && verdict.equal) check_prepared(db, history.config(), newest.n, verdict, standing);
  if (request.commit_prepared && db.transactions() && verdict.equal) {
    finish_prepared(db, verdict);
    compare_state(db, history, lines.front(), newest.n, request.ddl_slack, lost, standing, verdict);
  }
  return verdict;
}

}  // namespace oracle
