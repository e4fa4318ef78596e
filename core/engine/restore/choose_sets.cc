#include "core/engine/restore/choose_sets.h"

#include <algorithm>

namespace seabed::restore {
namespace {

bool contains(const std::vector<BaseFacts>& sets, const std::vector<size_t>& chain, uint64_t id) {
  return std::any_of(chain.begin(), chain.end(), [&](size_t i) { return sets[i].set_id == id; });
}

bool joins(const std::vector<BaseFacts>& sets, const std::vector<size_t>& chain, const BaseFacts& inc) {
  return contains(sets, chain, inc.prev_full) && (inc.prev_inc == 0 || contains(sets, chain, inc.prev_inc));
}

std::vector<size_t> walk(const std::vector<BaseFacts>& sets, size_t source, Scn target, uint64_t last_id) {
  std::vector<size_t> chain;
  for (size_t i = 0; i < sets.size(); ++i) {
    const BaseFacts& set = sets[i];
    if (set.source != source) continue;
    if (set.min_restore > target || set.set_id > last_id) break;
    if (set.full)
      chain.assign(1, i);
    else if (joins(sets, chain, set))
      chain.push_back(i);
  }
  return chain;
}

}  // namespace

std::vector<size_t> choose_sets(const std::vector<BaseFacts>& sets, size_t source, Scn target) {
  return walk(sets, source, target, UINT64_MAX);
}

std::vector<size_t> chain_of(const std::vector<BaseFacts>& sets, size_t base) {
  std::vector<size_t> chain = walk(sets, sets[base].source, kScnMax, sets[base].set_id);
  return !chain.empty() && chain.back() == base ? chain : std::vector<size_t>{};
}

}  // namespace seabed::restore
