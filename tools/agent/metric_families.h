#pragma once
// Families of metrics in the making (prometheus-cpp's plain structs).

#include <prometheus/metric_family.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace seabed {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

class MetricFamilies {
 public:
  /// Names: unit at the end (_seconds, _bytes), counters end in _total.
  void gauge(const std::string& name, const std::string& help, const MetricLabels& labels, double value);
  void counter(const std::string& name, const std::string& help, const MetricLabels& labels, double value);
  /// `bounds` and `cumulative` of one length; the +Inf bucket is made of `count`.
  void histogram(const std::string& name, const std::string& help, const MetricLabels& labels,
                 const std::vector<std::pair<double, uint64_t>>& cumulative, uint64_t count, double sum);
  std::string text() const;

 private:
  prometheus::ClientMetric& add(prometheus::MetricType type, const std::string& name, const std::string& help,
                                const MetricLabels& labels);
  std::map<std::string, prometheus::MetricFamily> families_;
};

}  // namespace seabed
