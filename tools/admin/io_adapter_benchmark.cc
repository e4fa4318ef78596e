// seabed admin io_adapter_benchmark
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/engine/admin/benchmark.h"
#include "core/storage/destination_keys.h"
#include "tools/admin/place.h"
#include "tools/admin/verbs.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/signals.h"
#include "tools/cli/text_table.h"
#include "tools/config/machine.h"

namespace seabed {
namespace {

Result<uint64_t> size_option(const Invocation& invocation, const std::string& name, uint64_t otherwise) {
  if (!invocation.has(name)) return otherwise;
  return parse_size("--" + name, invocation.text(name));
}

Result<bool> truth(const Invocation& invocation, const std::string& name, const std::string& yes,
                   const std::string& no) {
  const std::string word = invocation.text(name, no);
  if (word != yes && word != no)
    return fail(Code::kInvalidArgument, "--" + name, "'" + word + "' is neither " + yes + " nor " + no);
  return word == yes;
}

Result<BenchOptions> read_options(const Invocation& invocation) {
  BenchOptions o;
  const auto type = bench_type(invocation.text("type"));
  if (!type)
    return fail(Code::kInvalidArgument, "-p",
                "'" + invocation.text("type") + "' is none of write, append, multi, read, del");
  o.type = *type;
  SEABED_TRY(const uint64_t threads, invocation.number("threads", 1));
  if (threads > 100'000) return fail(Code::kInvalidArgument, "-t", "is too large");
  o.threads = static_cast<uint32_t>(threads);
  SEABED_TRY(o.runs, invocation.number("runs", 0));
  SEABED_TRY(o.seconds, invocation.number("time-limit", 0));
  if (o.seconds > 100'000'000) return fail(Code::kInvalidArgument, "-l", "is too large");
  SEABED_TRY(o.objects, invocation.number("objects", 0));
  if (o.objects > 100'000'000) return fail(Code::kInvalidArgument, "-n", "is too large");
  SEABED_TRY(o.object_bytes, size_option(invocation, "object-size", 0));
  SEABED_TRY(o.fragment_bytes, size_option(invocation, "fragment-size", 0));
  SEABED_TRY(o.max_bytes, size_option(invocation, "max-data", o.max_bytes));
  SEABED_TRY(o.adaptive, truth(invocation, "adaptive", "1", "0"));
  SEABED_TRY(o.clean_before, truth(invocation, "clean-before", "true", "false"));
  SEABED_TRY(o.clean_after, truth(invocation, "clean-after", "true", "false"));
  return o;
}

double rounded(double value) { return std::round(value * 1000) / 1000; }

Json given(uint64_t value) { return value == 0 ? Json(-1) : Json(value); }  // −1: not given

Json config_json(const BenchOptions& o) {
  return {{"thread_num", o.threads},
          {"max_task_runs", given(o.runs)},
          {"time_limit_s", given(o.seconds)},
          {"obj_size", given(o.object_bytes)},
          {"obj_num", given(o.objects)},
          {"fragment_size", given(o.fragment_bytes)},
          {"is_adaptive", o.adaptive},
          {"type", static_cast<int>(o.type)},
          {"type_name", bench_type_name(o.type)}};
}

Json latency_json(const LatencyFigures& f) {
  return {{"total_entry", f.count},        {"min_ms", rounded(f.min_ms)},   {"th_50_ms", rounded(f.p50_ms)},
          {"th_90_ms", rounded(f.p90_ms)}, {"th_99_ms", rounded(f.p99_ms)}, {"th_999_ms", rounded(f.p999_ms)},
          {"max_ms", rounded(f.max_ms)}};
}

std::string status_name(const BenchReport& report) {
  if (!report.error) return "SUCCESS";
  return report.error->code == Code::kCancelled ? "CANCELLED" : "FAIL";
}

Json report_json(const BenchOptions& o, const BenchReport& r) {
  Json out = {{"task_config", config_json(o)},
              {"status", status_name(r)},
              {"error", r.error ? to_json(*r.error) : Json(nullptr)},
              {"total_operation_num", r.operations},
              {"total_execution_time_s", rounded(r.seconds)},
              {"user_time_s", rounded(r.user_seconds)},
              {"system_time_s", rounded(r.system_seconds)},
              {r.bytes ? "cpu_percent_for_100MB_per_s" : "total_cpu_percent", rounded(r.cpu_percent())},
              {"total_throughput_bytes", r.bytes},
              {"total_qps", rounded(r.per_second())},
              {"per_thread_qps", rounded(r.per_second() / o.threads)},
              {"total_bw_MB_per_s", rounded(r.megabytes_per_second())},
              {"per_thread_bw_MB_per_s", rounded(r.megabytes_per_second() / o.threads)},
              {"stopped_at_max_data", r.hit_limit},
              {"removed_objects", r.removed},
              {"latency", Json::object()}};
  for (size_t i = 0; i < kBenchSteps; ++i)
    if (r.steps[i].count)
      out["latency"][std::string(bench_step_name(static_cast<BenchStep>(i)))] = latency_json(r.steps[i]);
  return out;
}

std::string fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

std::string latency_table(const BenchReport& r) {
  std::vector<std::vector<std::string>> rows = {
      {"LATENCY (ms)", "COUNT", "MIN", "P50", "P90", "P99", "P99.9", "MAX"}};
  for (size_t i = 0; i < kBenchSteps; ++i) {
    const LatencyFigures& f = r.steps[i];
    if (f.count)
      rows.push_back({std::string(bench_step_name(static_cast<BenchStep>(i))), std::to_string(f.count),
                      fixed(f.min_ms), fixed(f.p50_ms), fixed(f.p90_ms), fixed(f.p99_ms), fixed(f.p999_ms),
                      fixed(f.max_ms)});
  }
  return text_table(rows);
}

std::string report_text(const BenchOptions& o, const BenchReport& r) {
  const Json facts = config_json(o);
  std::string config;
  for (const auto& [key, value] : facts.items()) config += " " + key + "=" + json_word(value);
  std::vector<std::vector<std::string>> rows = {
      {"Task Config", config.substr(1)},
      {"Status", status_name(r) + (r.error ? "  " + r.error->message() : "")},
      {"Total operation num", std::to_string(r.operations)},
      {"Total execution time", fixed(r.seconds) + " s; user " + fixed(r.user_seconds) + " s; system " +
                                   fixed(r.system_seconds) + " s"},
      {r.bytes ? "CPU usage for 100MB/s BW" : "Total CPU usage", fixed(r.cpu_percent()) + " %"},
      {"Total throughput bytes", std::to_string(r.bytes)},
      {"Total QPS", fixed(r.per_second()) + "; per thread " + fixed(r.per_second() / o.threads)},
      {"Total BW", fixed(r.megabytes_per_second()) + " MB/s; per thread " +
                       fixed(r.megabytes_per_second() / o.threads) + " MB/s"}};
  if (r.hit_limit) rows.push_back({"Stopped", "by --max-data, before -r and -l"});
  if (r.removed) rows.push_back({"Removed objects", std::to_string(r.removed)});
  return text_table(rows) + "\n" + latency_table(r);
}

Result<int> io_adapter_benchmark(Invocation& invocation) {
  SignalCancel signals;
  SEABED_TRY(BenchOptions options, read_options(invocation));
  SEABED_CHECK(check_bench_options(options, {}));  // before anything is opened
  SEABED_TRY(Uri uri, read_place(invocation));
  SEABED_TRY(Machine * machine, invocation.machine());
  SEABED_TRY(auto store, machine->context().storage->open(uri));
  const uint64_t total = options.runs * options.threads;
  Result<BenchReport> report = [&] {
    ProgressLine line("benchmark");
    options.on_progress = [&](uint64_t operations, uint64_t bytes) {
      line.show({.done_bytes = bytes,
                 .total_bytes = total * options.object_bytes,
                 .done_items = operations,
                 .total_items = total,
                 .phase = std::string(bench_type_name(options.type))});
    };
    return run_benchmark(*store, options, signals.token());
  }();
  if (!report) return fail(report.error());
  const int status =
      invocation.answer(report_json(options, *report), [&] { return report_text(options, *report); });
  return report->error ? static_cast<int>(exit_code(*report->error)) : status;
}

}  // namespace

Verb io_adapter_benchmark_verb() {
  Verb verb{"admin",
            "io_adapter_benchmark",
            "Measure throughput, operations a second and latencies of a medium",
            "Writes below seabed_io_benchmark/ of the directory, at most --max-data; -c true removes all of "
            "it at the end.\n"
            "Run write, then read with -t and -n from it, then del. Reads prove the content. Sizes: 4096, "
            "64K, 8M, 1G.",
            {"seabed admin io_adapter_benchmark -d 's3://bucket/bench' -s @s3.info -p write -t 8 -r 100 -o "
             "4M -c true",
             "seabed admin io_adapter_benchmark -d file:///mnt/nfs/bench -p read -t 8 -n 100 -f 64K -l 30 "
             "--output json",
             "seabed admin io_adapter_benchmark -d file:///mnt/nfs/bench -p del -t 8 -r 100"},
            {},
            io_adapter_benchmark};
  using O = OptionSpec;
  verb.options = place_options("the directory");
  for (const O& option : std::vector<O>{
           {O::kText, "type", "TYPE", "write, append, multi, read or del", true, 'p'},
           {O::kNumber, "threads", "N", "threads, each with a directory of its own (1)", false, 't'},
           {O::kNumber, "runs", "N", "operations of each thread; for del the -r of the write", false, 'r'},
           {O::kNumber, "time-limit", "SECONDS", "end after this time", false, 'l'},
           {O::kText, "object-size", "SIZE", "of an object: write, append, multi", false, 'o'},
           {O::kNumber, "objects", "N", "objects of each thread: read (the -r of the write)", false, 'n'},
           {O::kText, "fragment-size", "SIZE", "bytes of one read, append or write into a part (the object)",
            false, 'f'},
           {O::kText, "adaptive", "0|1", "1: objects lie as @APD_PART@ parts: append, read, del", false, 'j'},
           {O::kText, "clean-before", "true|false", "empty the benchmark's directory first", false, 'b'},
           {O::kText, "clean-after", "true|false", "and at the end, also after a failure", false, 'c'},
           {O::kText, "max-data", "SIZE", "the most that may be written (10G)"}})
    verb.options.push_back(option);
  return verb;
}

}  // namespace seabed
