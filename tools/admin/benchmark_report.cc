#include "tools/admin/benchmark_report.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/cli/text_table.h"

namespace seabed {
namespace {

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

}  // namespace

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

}  // namespace seabed
