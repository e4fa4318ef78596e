#pragma once
// cluster_parameter.<time>.obbak: the cluster's parameters and what operators decided for each tenant
// (docs/format/cluster-parameters.md). Pure: bytes <-> values.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace seabed {

struct ClusterParameters {
  struct Value {
    std::string name, value;
    bool operator==(const Value&) const = default;
  };
  struct Policy {
    std::string name, recovery_window;
    bool operator==(const Policy&) const = default;
  };
  struct Destination {
    uint64_t dest_id = 0;
    std::string kind;  // data, archive
    std::string path;  // no secrets
    std::string binding;
    uint64_t piece_switch_interval_us = 0;
    std::string state;
    bool operator==(const Destination&) const = default;
  };
  struct Tenant {
    uint64_t tenant_id = 0;
    std::string name, mode, time_zone, role, log_mode;
    std::vector<Value> parameters;
    std::vector<Policy> policies;
    std::vector<Destination> destinations;
    bool operator==(const Tenant&) const = default;
  };
  uint64_t cluster_id = 0;
  std::string cluster_name;
  uint64_t scn = 0;
  std::vector<Value> parameters;
  std::vector<Tenant> tenants;
  bool operator==(const ClusterParameters&) const = default;
};

std::string encode_cluster_parameters(const ClusterParameters& values);
/// kCorruption, kUnsupported as every file; `what` names the object.
Result<ClusterParameters> decode_cluster_parameters(std::string_view bytes, const std::string& what);

}  // namespace seabed
