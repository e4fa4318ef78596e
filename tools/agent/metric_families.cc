#include "tools/agent/metric_families.h"

#include <prometheus/text_serializer.h>

#include <limits>

namespace seabed {

prometheus::ClientMetric& MetricFamilies::add(prometheus::MetricType type, const std::string& name,
                                              const std::string& help, const MetricLabels& labels) {
  prometheus::MetricFamily& family = families_[name];
  family.name = name, family.help = help, family.type = type;
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  for (const auto& [key, value] : labels) metric.label.push_back({key, value});
  return metric;
}

void MetricFamilies::gauge(const std::string& name, const std::string& help, const MetricLabels& labels,
                           double value) {
  add(prometheus::MetricType::Gauge, name, help, labels).gauge.value = value;
}

void MetricFamilies::counter(const std::string& name, const std::string& help, const MetricLabels& labels,
                             double value) {
  add(prometheus::MetricType::Counter, name, help, labels).counter.value = value;
}

void MetricFamilies::histogram(const std::string& name, const std::string& help, const MetricLabels& labels,
                               const std::vector<std::pair<double, uint64_t>>& cumulative, uint64_t count,
                               double sum) {
  auto& out = add(prometheus::MetricType::Histogram, name, help, labels).histogram;
  out.sample_count = count;
  out.sample_sum = sum;
  for (const auto& [bound, seen] : cumulative) {
    auto& bucket = out.bucket.emplace_back();
    bucket.upper_bound = bound;
    bucket.cumulative_count = seen;
  }
  auto& last = out.bucket.emplace_back();
  last.upper_bound = std::numeric_limits<double>::infinity();
  last.cumulative_count = count;
}

std::string MetricFamilies::text() const {
  std::vector<prometheus::MetricFamily> all;
  for (const auto& [name, family] : families_) all.push_back(family);
  return prometheus::TextSerializer().Serialize(all);
}

}  // namespace seabed
