#include "tools/agent/metrics_page.h"

#include <sys/stat.h>

#include "core/base/log.h"
#include "core/storage/metrics.h"
#include "tools/agent/metrics_jobs.h"
#include "tools/agent/metrics_tenant.h"

namespace seabed {
namespace {

// Every second power of two from 128 µs to 33 s: what a disk and what a slow object store take.
constexpr size_t kFirstBucket = 7, kLastBucket = 25;

void add_operation(const std::string& scheme, StoreOp op, const OpFigures& figures, MetricFamilies* out) {
  const MetricLabels labels = {{"scheme", scheme}, {"operation", std::string(op_name(op))}};
  std::vector<std::pair<double, uint64_t>> cumulative;
  uint64_t seen = 0, bucketed = 0;
  for (size_t i = 0; i < figures.latency.size(); ++i) {
    bucketed += figures.latency[i];
    if (i <= kLastBucket) seen = bucketed;
    if (i >= kFirstBucket && i <= kLastBucket && (i - kFirstBucket) % 2 == 0)
      cumulative.emplace_back(double(uint64_t{1} << i) / 1e6, seen);
  }
  out->histogram("seabed_storage_request_duration_seconds",
                 "Time of one request to a medium, attempt by attempt.", labels, cumulative, bucketed,
                 double(figures.total_us) / 1e6);
  out->counter("seabed_storage_bytes_total", "Payload of successful requests.", labels,
               double(figures.bytes));
  for (size_t code = 0; code < kCodes; ++code) {
    if (!figures.by_code[code]) continue;
    MetricLabels classed = labels;
    classed.emplace_back("class", std::string(code_name(static_cast<Code>(code))));
    out->counter(
        "seabed_storage_request_errors_total",
        "Requests that the medium did not answer with success; not_found and conflict may be normal.",
        classed, double(figures.by_code[code]));
  }
}

void add_storage(MetricFamilies* out) {
  for (const auto& [scheme, metrics] : metrics_by_scheme()) {
    for (size_t i = 0; i < kStoreOps; ++i) {
      const auto op = static_cast<StoreOp>(i);
      const OpFigures figures = metrics->figures(op);
      if (figures.calls) add_operation(scheme, op, figures, out);
    }
  }
}

void add_process(Engine& engine, const LiveConfig& live, MetricFamilies* out) {
  out->gauge("seabed_build_info", "Version of the agent.", {{"version", SEABED_VERSION}}, 1);
  struct stat st;
  if (::stat(engine.context().catalog->path().c_str(), &st) == 0)
    out->gauge("seabed_catalog_size_bytes", "Size of the catalog's file.", {}, double(st.st_size));
  const auto outcome = live.outcome();
  out->gauge("seabed_config_last_reload_successful",
             "1 unless the last reload of the configuration was refused.", {}, outcome.last_good ? 1 : 0);
  if (outcome.last_success_us)
    out->gauge("seabed_config_last_reload_success_timestamp_seconds",
               "When the configuration was last read again.", {}, double(outcome.last_success_us) / 1e6);
}

}  // namespace

std::string metrics_page(Engine& engine, const LiveConfig& live, const BackgroundRecord& record) {
  MetricFamilies out;
  int errors = 0;
  add_process(engine, live, &out);
  add_storage(&out);
  record.add_metrics(&out);
  add_background_metrics(engine.background(), &out);
  if (const auto added = add_standby_metrics(engine, &out); !added) {
    ++errors;
    log::warn("metrics of the standbys: {}", added.error().message());
  }
  if (auto tenants = engine.tenants()) {
    for (const auto& tenant : *tenants)
      if (auto added = add_tenant_metrics(engine, tenant, &out); !added) {
        ++errors;
        log::warn("metrics of tenant {}: {}", tenant.name, added.error().message());
      }
  } else {
    ++errors;
  }
  out.gauge("seabed_scrape_errors", "Tenants whose metrics could not be read for this page.", {}, errors);
  return out.text();
}

}  // namespace seabed
