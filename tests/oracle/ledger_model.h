// The expected state after a commit, rebuilt from the commit log alone. Values are kept as references and
// generated when compared, so memory goes with the number of keys, not with their size.
#pragma once
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "commit_history.h"
#include "ledger_plan.h"

namespace oracle {

class LedgerModel {
 public:
  using Family = std::unordered_map<std::string, ValueRef>;

  // The state after commit n on the line of `epoch`; `lost` commits never happened, `extra` ones
  // (transactions that stood prepared and were committed by hand) did in addition.
  static LedgerModel build(const CommitHistory& history, uint32_t epoch, uint64_t n,
                           const std::set<uint64_t>& lost, const std::vector<CommitName>& extra = {});

  const std::map<std::string, Family>& families() const { return families_; }

 private:
  void apply(const Plan& plan);
  void apply(const Op& op);
  std::map<std::string, Family> families_;
};

}  // namespace oracle
