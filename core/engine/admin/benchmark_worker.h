#pragma once
// One thread of a benchmark; used by core/engine/admin/benchmark*.cc only.

#include <atomic>
#include <random>
#include <string>
#include <vector>

#include "core/engine/admin/benchmark.h"

namespace seabed {

inline std::string bench_thread_directory(uint32_t thread) {
  return kBenchDirectory + ("thread_" + std::to_string(thread)) + "/";
}
inline std::string bench_object(uint32_t thread, uint64_t number) {
  return bench_thread_directory(thread) + "object_" + std::to_string(number);
}

/// What all threads share.
struct BenchShared {
  ObjectStore& store;
  const BenchOptions& options;
  const CancelToken& cancel;
  Deadline end;  // of the time limit
  std::atomic<bool> stop = false, hit_limit = false;
  std::atomic<uint64_t> operations = 0, bytes = 0, budget = 0;
};

class BenchWorker {
 public:
  BenchWorker(BenchShared& shared, uint32_t thread);
  /// Until runs, time, budget, an error of any thread or a cancel ends it.
  Status run();
  const Latencies& latencies(BenchStep step) const { return latencies_[static_cast<size_t>(step)]; }

 private:
  Status operation(uint64_t number);
  Status write(uint64_t number);
  Status append(uint64_t number);
  Status multi(uint64_t number);
  Status read();
  Status read_piece(const std::string& key, uint64_t object, uint64_t offset, uint64_t length);
  Status read_parts(const std::string& key, uint64_t object);
  Status remove(uint64_t number);
  /// Number and size of an object to read.
  Result<std::pair<uint64_t, uint64_t>> choose();
  uint64_t object_id(uint64_t number) const { return (uint64_t{thread_} << 40) + number; }
  uint64_t fragment() const;
  bool take_budget();
  template <class F>
  auto timed(BenchStep step, F&& call) -> decltype(call());
  IoContext io(uint64_t bytes) const;

  BenchShared& shared_;
  const uint32_t thread_;
  std::mt19937_64 random_;
  std::vector<std::pair<uint64_t, uint64_t>> sizes_;  // by object number; 0: not looked at yet
  std::string buffer_;
  std::array<Latencies, kBenchSteps> latencies_;
};

template <class F>
auto BenchWorker::timed(BenchStep step, F&& call) -> decltype(call()) {
  const auto start = std::chrono::steady_clock::now();
  auto result = call();
  const auto took =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start);
  if (result) latencies_[static_cast<size_t>(step)].add(static_cast<uint64_t>(took.count()));
  return result;
}

}  // namespace seabed
