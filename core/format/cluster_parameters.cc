#include "core/format/cluster_parameters.h"

#include "core/format/cluster.pb.h"
#include "core/format/frame.h"

namespace seabed {
namespace {

template <class List>
void put_values(const std::vector<ClusterParameters::Value>& values, List* out) {
  for (const auto& one : values) {
    auto* value = out->Add();
    value->set_name(one.name), value->set_value(one.value);
  }
}

template <class List>
std::vector<ClusterParameters::Value> values_of(const List& list) {
  std::vector<ClusterParameters::Value> out;
  for (const auto& one : list) out.push_back({one.name(), one.value()});
  return out;
}

void put_tenant(const ClusterParameters::Tenant& t, meta::ClusterParameters::Tenant* out) {
  out->set_tenant_id(t.tenant_id), out->set_name(t.name), out->set_mode(t.mode),
      out->set_time_zone(t.time_zone);
  out->set_role(t.role), out->set_log_mode(t.log_mode);
  put_values(t.parameters, out->mutable_parameters());
  for (const auto& one : t.policies) {
    auto* policy = out->add_policies();
    policy->set_name(one.name), policy->set_recovery_window(one.recovery_window);
  }
  for (const auto& one : t.destinations) {
    auto* dest = out->add_destinations();
    dest->set_dest_id(one.dest_id), dest->set_kind(one.kind), dest->set_path(one.path);
    dest->set_binding(one.binding), dest->set_piece_switch_interval_us(one.piece_switch_interval_us);
    dest->set_state(one.state);
  }
}

ClusterParameters::Tenant tenant_of(const meta::ClusterParameters::Tenant& m) {
  ClusterParameters::Tenant out{m.tenant_id(),
                                m.name(),
                                m.mode(),
                                m.time_zone(),
                                m.role(),
                                m.log_mode(),
                                values_of(m.parameters()),
                                {},
                                {}};
  for (const auto& one : m.policies()) out.policies.push_back({one.name(), one.recovery_window()});
  for (const auto& one : m.destinations())
    out.destinations.push_back(
        {one.dest_id(), one.kind(), one.path(), one.binding(), one.piece_switch_interval_us(), one.state()});
  return out;
}

}  // namespace

std::string encode_cluster_parameters(const ClusterParameters& values) {
  meta::ClusterParameters message;
  message.set_cluster_id(values.cluster_id), message.set_cluster_name(values.cluster_name);
  message.set_scn(values.scn);
  put_values(values.parameters, message.mutable_parameters());
  for (const auto& tenant : values.tenants) put_tenant(tenant, message.add_tenants());
  return encode_file(FileType::kClusterParameter, message.SerializeAsString());
}

Result<ClusterParameters> decode_cluster_parameters(std::string_view bytes, const std::string& what) {
  SEABED_TRY(const std::string body, decode_file(FileType::kClusterParameter, bytes, what));
  meta::ClusterParameters message;
  if (!message.ParseFromString(body))
    return fail(Code::kCorruption, what, "is no list of cluster parameters");
  ClusterParameters out{
      message.cluster_id(), message.cluster_name(), message.scn(), values_of(message.parameters()), {}};
  for (const auto& tenant : message.tenants()) out.tenants.push_back(tenant_of(tenant));
  return out;
}

}  // namespace seabed
