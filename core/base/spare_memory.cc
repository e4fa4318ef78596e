#include "core/base/spare_memory.h"

#include <malloc.h>

#include <chrono>
#include <mutex>
#include <vector>

namespace seabed::spare_memory {

namespace {
using Steady = std::chrono::steady_clock;
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

std::string take(size_t bytes) {
  std::string out;
  if (bytes >= kSmallest) {
    Store& s = store();
    std::lock_guard lock(s.mutex);
    s.taken = Steady::now();
    if (!s.strings.empty()) {
      out = std::move(s.strings.back());
      s.strings.pop_back();
      s.bytes -= out.capacity();
    }
  }
  out.clear();
  out.reserve(bytes);
  return out;
}

void give(std::string used) {
  const size_t size = used.capacity();
  if (size < kSmallest) return;
  Store& s = store();
  std::lock_guard lock(s.mutex);
  if (s.bytes + size > kMost) return;
  s.bytes += size;
  s.strings.push_back(std::move(used));
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
