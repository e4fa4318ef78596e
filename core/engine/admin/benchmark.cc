#include "core/engine/admin/benchmark.h"

#include <spdlog/fmt/fmt.h>
#include <sys/resource.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "core/engine/admin/benchmark_worker.h"

namespace seabed {
namespace {

constexpr std::string_view kTypes[] = {"write", "append", "multi", "read", "del"};
constexpr std::string_view kSteps[] = {"operation", "open",        "close", "put",
                                       "append",    "upload_part", "read",  "delete"};
constexpr uint32_t kMaxThreads = 512;

bool writes(BenchType type) { return type != BenchType::kRead && type != BenchType::kDel; }

tl::unexpected<Error> wrong(std::string flag, std::string reason, std::string next_step = {}) {
  return fail(Code::kInvalidArgument, std::move(flag), std::move(reason), std::move(next_step));
}

double seconds_of(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

rusage usage() {
  rusage out{};
  getrusage(RUSAGE_SELF, &out);
  return out;
}

/// Everything of earlier runs. Returns how many objects went.
Result<uint64_t> clean_directory(ObjectStore& store) {
  auto io = [] { return IoContext{.deadline = after(std::chrono::minutes(10))}; };
  if (store.capabilities().list_uploads) {
    SEABED_TRY(auto uploads, store.list_uploads(kBenchDirectory, io()));
    for (const UploadInfo& upload : uploads)
      SEABED_CHECK(store.abort_upload(upload.key, upload.upload_id, io()));
  }
  SEABED_TRY(auto listed, list_all(store, kBenchDirectory, io()));
  std::vector<std::string> keys;
  for (size_t i = 0; i < listed.size(); ++i) {
    keys.push_back(listed[i].key);
    if (keys.size() < 1000 && i + 1 < listed.size()) continue;
    SEABED_TRY(auto removed, store.remove(keys, io()));
    for (Status& status : removed) SEABED_CHECK(status);
    keys.clear();
  }
  return listed.size();
}

/// What is there must fit to what is wanted, before the clock runs.
Status check_directory(ObjectStore& store, const BenchOptions& o) {
  const IoContext io;
  auto format = store.stat("format.obbak", io);
  if (format)
    return fail(Code::kConflict, store.describe(), "is a backup or archive destination (format.obbak)",
                "give a directory of its own");
  if (format.error().code != Code::kNotFound) return fail(format.error());
  if (o.type == BenchType::kAppend) {
    SEABED_TRY(bool used, any_object(store, kBenchDirectory, io));
    if (used)
      return fail(Code::kConflict, store.describe() + "/" + kBenchDirectory,
                  "holds objects of an earlier run", "give -b true to clean it before");
  }
  if (o.type != BenchType::kDel) return ok();
  for (uint32_t thread = 0; thread < o.threads; ++thread) {
    const std::string last = bench_object(thread, o.runs - 1);
    SEABED_TRY(bool there, any_object(store, o.adaptive ? last + "/" : last, io));
    if (!there) return fail(Code::kNotFound, last, "was not written", "-t and -r must be those of the write");
  }
  return ok();
}

void run_threads(BenchShared& shared, BenchReport* report) {
  std::vector<std::unique_ptr<BenchWorker>> workers;
  for (uint32_t i = 0; i < shared.options.threads; ++i)
    workers.push_back(std::make_unique<BenchWorker>(shared, i));
  std::mutex mutex;
  const rusage before = usage();
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (auto& worker : workers)
      threads.emplace_back([&, w = worker.get()] {
        Status status = w->run();
        if (status) return;
        shared.stop = true;
        std::lock_guard lock(mutex);
        if (!report->error) report->error = std::move(status.error());
      });
  }
  report->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const rusage now = usage();
  report->user_seconds = seconds_of(now.ru_utime) - seconds_of(before.ru_utime);
  report->system_seconds = seconds_of(now.ru_stime) - seconds_of(before.ru_stime);
  for (size_t step = 0; step < kBenchSteps; ++step) {
    Latencies all;
    for (auto& worker : workers) all.merge(worker->latencies(static_cast<BenchStep>(step)));
    report->steps[step] = all.figures();
  }
}

}  // namespace

std::optional<BenchType> bench_type(std::string_view name) {
  for (size_t i = 0; i < std::size(kTypes); ++i)
    if (kTypes[i] == name) return static_cast<BenchType>(i);
  return std::nullopt;
}
std::string_view bench_type_name(BenchType type) { return kTypes[static_cast<size_t>(type)]; }
std::string_view bench_step_name(BenchStep step) { return kSteps[static_cast<size_t>(step)]; }

double BenchReport::cpu_percent() const {
  if (seconds <= 0) return 0;
  const double percent = 100 * (user_seconds + system_seconds) / seconds;
  return bytes == 0 ? percent : percent / (megabytes_per_second() / 100);
}

Status check_bench_options(const BenchOptions& o, const Capabilities& can) {
  if (o.threads == 0 || o.threads > kMaxThreads)
    return wrong("-t", fmt::format("must be 1 to {}", kMaxThreads));
  if (o.runs == 0 && (o.seconds == 0 || o.type == BenchType::kDel))
    return wrong("-r", "is missing",
                 o.type == BenchType::kDel ? "give the -r of the write" : "give -r or -l");
  if (o.type == BenchType::kRead && o.objects == 0)
    return wrong("-n", "is missing", "give the -r of the write");
  if (!writes(o.type)) return ok();
  if (o.object_bytes == 0) return wrong("-o", "is missing", "for example -o 4M");
  if (o.fragment_bytes > o.object_bytes) return wrong("-f", "is larger than -o");
  if (o.type == BenchType::kWrite && can.max_put_bytes != 0 && o.object_bytes > can.max_put_bytes)
    return wrong("-o", fmt::format("this medium takes {} bytes in one put", can.max_put_bytes),
                 "use -p multi");
  if (o.type == BenchType::kMulti && !can.uploads)
    return fail(Code::kUnsupported, "-p multi", "this medium joins no objects from parts");
  if (o.type == BenchType::kAppend &&
      o.object_bytes / (o.fragment_bytes ? o.fragment_bytes : o.object_bytes) > 1'000'000)
    return wrong("-f", "makes more than a million appends of one object");
  const double planned =
      static_cast<double>(o.object_bytes) * o.threads * static_cast<double>(std::max<uint64_t>(o.runs, 1));
  if (planned > static_cast<double>(o.max_bytes))
    return wrong("--max-data",
                 fmt::format("{:.0f} bytes would be written, {} are allowed", planned, o.max_bytes),
                 "lower -t, -r or -o, or give --max-data with the amount that you want");
  return ok();
}

Result<BenchReport> run_benchmark(ObjectStore& store, const BenchOptions& options,
                                  const CancelToken& cancel) {
  SEABED_CHECK(check_bench_options(options, store.capabilities()));
  BenchReport report;
  if (options.clean_before) {
    SEABED_TRY(report.removed, clean_directory(store));
  }
  SEABED_CHECK(check_directory(store, options));
  BenchShared shared{store, options, cancel,           after(std::chrono::seconds(options.seconds)), {}, {},
                     {},    {},      options.max_bytes};
  run_threads(shared, &report);
  report.operations = shared.operations;
  report.bytes = shared.bytes;
  report.hit_limit = shared.hit_limit;
  if (options.clean_after) {
    auto removed = clean_directory(store);
    if (removed)
      report.removed += *removed;
    else if (!report.error)
      report.error = removed.error();
  }
  return report;
}

}  // namespace seabed
