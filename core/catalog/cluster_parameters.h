#pragma once
// Parameters of the whole installation: SET without TENANT, by sys (reference: parameters, scope C).

#include "core/catalog/parameters.h"

namespace seabed::catalog {

/// Rows of sys in the table of tenants' parameters.
inline constexpr uint64_t kSysTenant = 1;

const std::vector<ParameterSpec>& known_cluster_parameters();
/// kNotFound; says so when the name is a tenant's parameter, or one that OceanBase has and Seabed cannot use.
Result<const ParameterSpec*> cluster_parameter_spec(const std::string& name);
Status set_cluster_parameter(Transaction& tx, const std::string& name, const std::string& text);
/// Its text, the default when it was never set.
Result<std::string> cluster_parameter_text(Transaction& tx, const std::string& name);
/// In base units (parse_parameter).
Result<uint64_t> cluster_parameter(Transaction& tx, const std::string& name);
/// Every known one; tenant_id is kSysTenant.
Result<std::vector<ParameterRow>> list_cluster_parameters(Transaction& tx);

}  // namespace seabed::catalog
