#pragma once
// `seabed admin io_adapter_benchmark`: throughput, operations a second and latencies of a medium through its
// driver. Everything lies below one directory of the benchmark's own; its content is the same each time, and
// reads prove it.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/engine/admin/latency.h"
#include "core/storage/object_store.h"

namespace seabed {

enum class BenchType {
  kWrite = 0,
  kAppend = 1,
  kMulti = 2,
  kRead = 3,
  kDel = 4
};  // numbers as the reference prints them
std::optional<BenchType> bench_type(std::string_view name);
std::string_view bench_type_name(BenchType type);

inline constexpr const char* kBenchDirectory = "seabed_io_benchmark/";

struct BenchOptions {
  BenchType type = BenchType::kWrite;
  uint32_t threads = 1;
  uint64_t runs = 0;     // operations of each thread; 0: until the time limit
  uint64_t seconds = 0;  // 0: until the runs are done
  uint64_t object_bytes = 0;
  uint64_t objects = 0;         // read: of each thread, as written
  uint64_t fragment_bytes = 0;  // 0: the object
  bool adaptive = false;        // objects lie as @APD_PART@ parts
  bool clean_before = false, clean_after = false;
  uint64_t max_bytes = 10ull << 30;  // that may be written
  std::function<void(uint64_t operations, uint64_t bytes)> on_progress = [](uint64_t, uint64_t) {};
};

/// The steps of an operation. `operation` is the whole.
enum class BenchStep { kOperation, kOpen, kClose, kPut, kAppend, kUploadPart, kRead, kDelete };
inline constexpr size_t kBenchSteps = 8;
std::string_view bench_step_name(BenchStep step);

struct BenchReport {
  std::optional<Error> error;  // the first; then the figures are those up to it
  uint64_t operations = 0, bytes = 0;
  double seconds = 0, user_seconds = 0, system_seconds = 0;
  std::array<LatencyFigures, kBenchSteps> steps;
  bool hit_limit = false;  // max_bytes ended it
  uint64_t removed = 0;    // objects, by clean_before and clean_after
  double per_second() const { return seconds > 0 ? static_cast<double>(operations) / seconds : 0; }
  double megabytes_per_second() const { return seconds > 0 ? static_cast<double>(bytes) / 1e6 / seconds : 0; }
  /// Percent of one CPU for each 100 MB/s; of all the run where no bytes are moved.
  double cpu_percent() const;
};

/// kInvalidArgument and kUnsupported name the flag; nothing was written then.
Status check_bench_options(const BenchOptions& options, const Capabilities& can);
/// The outer error: it could not begin (options, a directory in use, missing objects).
Result<BenchReport> run_benchmark(ObjectStore& store, const BenchOptions& options, const CancelToken& cancel);

}  // namespace seabed
