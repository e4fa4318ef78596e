#include "core/base/spare_memory.h"

#include <chrono>
#include <mutex>
#include <vector>

namespace seabed::spare_memory {

namespace {
using Steady = std::chrono::steady_clock;
constexpr auto kCalm = std::chrono::seconds(5);

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
  std::vector<std::string> gone;   // freed without the lock
  Store& s = store();
  std::lock_guard lock(s.mutex);
  if (Steady::now() - s.taken < kCalm) return;
  for (size_t n = (s.strings.size() + 1) / 2; n > 0; --n) {
    s.bytes -= s.strings.back().capacity();
    gone.push_back(std::move(s.strings.back()));
    s.strings.pop_back();
  }
}

size_t kept() {
  Store& s = store();
  std::lock_guard lock(s.mutex);
  return s.bytes;
}

}  // namespace seabed::spare_memory
