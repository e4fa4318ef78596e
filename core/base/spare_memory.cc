#include "core/base/spare_memory.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <vector>

namespace seabed::spare_memory {

namespace {
using Steady = std::chrono::steady_clock;
constexpr size_t kStep = 512 << 10;
constexpr auto kCalm = std::chrono::seconds(2);

struct Store {
  std::mutex mutex;
  std::vector<std::string> strings;
  size_t bytes = 0;
  Steady::time_point taken{};
};
Store& store() {
  static auto* one = new Store;   // never ended: threads may outlive static objects
  return *one;
}
}  // namespace

// Sizes differ from look to look: the smallest that is large enough, and where none is, a new one in the place of a kept
// one, so that the sizes kept become those that are asked for.
std::string take(size_t bytes) {
  std::string out, too_small;
  if (bytes >= kSmallest) {
    Store& s = store();
    std::lock_guard lock(s.mutex);
    s.taken = Steady::now();
    auto& kept = s.strings;   // by capacity
    auto fit = std::ranges::lower_bound(kept, bytes, {}, &std::string::capacity);
    const bool fits = fit != kept.end();
    if (!fits && !kept.empty()) fit = kept.begin();
    if (fit != kept.end()) {
      s.bytes -= fit->capacity();
      (fits ? out : too_small) = std::move(*fit);
      kept.erase(fit);
    }
  }
  if (out.capacity() < bytes && bytes >= kSmallest) out.reserve((bytes + kStep - 1) / kStep * kStep);
  out.resize(bytes);
  return out;
}

void give(std::string used) {
  const size_t size = used.capacity();
  if (size < kSmallest) return;
  Store& s = store();
  std::lock_guard lock(s.mutex);
  if (s.bytes + size > kMost) return;
  s.bytes += size;
  s.strings.insert(std::ranges::upper_bound(s.strings, size, {}, &std::string::capacity), std::move(used));
}

void shrink() {
  std::vector<std::string> gone;
  {
    Store& s = store();
    std::lock_guard lock(s.mutex);
    if (s.strings.empty() || Steady::now() - s.taken < kCalm) return;
    gone.swap(s.strings);
    s.bytes = 0;
  }
  gone.clear();
  malloc_trim(0);   // also what the rush left between smaller things: a backup comes next, and needs its own
}

void return_large_blocks() { mallopt(M_MMAP_THRESHOLD, static_cast<int>(kSmallest)); }

size_t kept() {
  Store& s = store();
  std::lock_guard lock(s.mutex);
  return s.bytes;
}

}  // namespace seabed::spare_memory
