#include "ledger_compare.h"

#include <xxhash.h>

#include <cstdlib>
#include <memory>

#include "ledger_model.h"
#include "ledger_schedule.h"
#include "ledger_values.h"

namespace oracle {

void differ(Verdict& verdict, std::string what) {
  constexpr size_t kShown = 8;
  if (verdict.differences.size() < kShown) verdict.differences.push_back(std::move(what));
}

namespace {

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

}  // namespace

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

}  // namespace oracle
