#include "ledger_verdict.h"

#include <xxhash.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>

#include "ledger_model.h"
#include "ledger_values.h"

namespace oracle {
namespace {

constexpr size_t kShown = 8;

void differ(Verdict& verdict, std::string what) {
  if (verdict.differences.size() < kShown) verdict.differences.push_back(std::move(what));
}

struct Hash {
  XXH3_state_t* state = XXH3_createState();
  Hash() { XXH3_64bits_reset(state); }
  ~Hash() { XXH3_freeState(state); }
  void add(rocksdb::Slice bytes) {
    const uint64_t size = bytes.size();
    XXH3_64bits_update(state, &size, sizeof size);
    XXH3_64bits_update(state, bytes.data(), bytes.size());
  }
};

class Comparison {
 public:
  Comparison(const LedgerDb& db, uint64_t seed, const LedgerModel& model, Verdict& verdict)
      : db_(db), seed_(seed), model_(model), verdict_(verdict) {}

  void compare_family(const std::string& name, const LedgerModel::Family& expected) {
    hash_.add(name);
    rocksdb::ReadOptions read;
    read.readahead_size = 2 << 20;
    read.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> it(db_.db()->NewIterator(read, db_.family(name)));
    uint64_t seen = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      compare_key(name, expected, it->key(), it->value());
      if (expected.contains(it->key().ToString())) ++seen;
    }
    if (!it->status().ok()) verdict_.error = name + ": " + it->status().ToString();
    if (seen != expected.size()) report_missing(name, expected);
    ++verdict_.families;
  }

  uint64_t digest() const { return XXH3_64bits_digest(hash_.state); }

 private:
  void compare_key(const std::string& name, const LedgerModel::Family& expected, rocksdb::Slice key,
                   rocksdb::Slice value) {
    hash_.add(key);
    hash_.add(value);
    ++verdict_.keys;
    verdict_.bytes += key.size() + value.size();
    if (key.starts_with("a/")) verdict_.balance_sum += std::strtoll(value.ToString().c_str(), nullptr, 10);
    const auto found = expected.find(key.ToString());
    if (found == expected.end()) return differ(verdict_, name + ": unexpected key " + key.ToString());
    generate_value(seed_, found->first, found->second, value_);
    if (value != rocksdb::Slice(value_)) differ(verdict_, name + ": other value of " + describe(key, value));
  }

  std::string describe(rocksdb::Slice key, rocksdb::Slice value) const {
    const bool text = key.starts_with("a/") || key.starts_with("m/") || key.starts_with("s/");
    return key.ToString() + (text ? ": '" + value.ToString() + "' for '" + value_ + "'" : "");
  }

  void report_missing(const std::string& name, const LedgerModel::Family& expected) {
    for (const auto& [key, value] : expected) {
      std::string found;
      if (!db_.db()->Get({}, db_.family(name), key, &found).ok()) {
        return differ(verdict_, name + ": missing key " + key + " (and perhaps others)");
      }
    }
  }

  const LedgerDb& db_;
  uint64_t seed_;
  const LedgerModel& model_;
  Verdict& verdict_;
  Hash hash_;
  std::string value_;
};

// Families are created and dropped between two commits, so just after commit n the next step's may show
// already.
void compare_families(const LedgerDb& db, const LedgerConfig& config, uint64_t n, uint32_t slack,
                      const LedgerModel& model, Verdict& verdict) {
  std::set<std::string> may_go, may_come;
  for (uint64_t next = n + 1; next <= n + 1 + slack; ++next) {
    may_go.insert(family_dropped_before(config, next));
    may_come.insert(family_created_before(config, next));
  }
  Comparison comparison(db, config.seed, model, verdict);
  const LedgerModel::Family empty;
  for (const auto& [name, expected] : model.families()) {
    if (db.family(name)) {
      comparison.compare_family(name, expected);
    } else if (!may_go.contains(name)) {
      differ(verdict, "missing family " + name);
    }
  }
  for (const auto& [name, handle] : db.families()) {
    if (model.families().contains(name)) continue;
    if (!may_come.contains(name)) differ(verdict, "unexpected family " + name);
    comparison.compare_family(name, empty);
  }
  verdict.digest = comparison.digest();
}

void compare_state(const LedgerDb& db, const CommitHistory& history, uint32_t epoch, uint64_t n,
                   uint32_t slack, const std::set<uint64_t>& lost, const std::vector<CommitName>& extra,
                   Verdict& verdict) {
  verdict.differences.clear();
  verdict.keys = verdict.bytes = verdict.families = 0;
  verdict.balance_sum = 0;
  const LedgerModel model = LedgerModel::build(history, epoch, n, lost, extra);
  compare_families(db, history.config(), n, slack, model, verdict);
  verdict.invariant_ok = verdict.balance_sum == int64_t{1000} * history.config().accounts;
  verdict.equal = verdict.differences.empty() && verdict.invariant_ok && verdict.error.empty();
}

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

bool parse_transaction(const std::string& name, CommitName& commit) {
  return name.size() > 1 && parse_head(name.substr(1), commit.n, commit.epoch);
}

// What stands prepared after commit n: the early prepared ones, and perhaps those of the step towards n + 1.
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
