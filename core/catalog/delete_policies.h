#pragma once
// Cleanup policies of tenants (reference: statements, section 8): rows of OB_BACKUP_DELETE_POLICY.

#include <cstdint>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

struct DeletePolicyRow {
  uint64_t tenant_id = 0;
  std::string policy_name, recovery_window;  // the window as the operator wrote it; empty: 0, nothing expires
};

/// "7d", "36h", "0": in microseconds; units s, m, h, d. Empty is 0. kInvalidArgument for anything else,
/// beyond 100 years too.
Result<uint64_t> parse_recovery_window(const std::string& text);
/// kInvalidArgument: the name is neither `default` nor `log_only`, or the window is none; kAlreadyExists: the
/// tenant has one.
Status add_delete_policy(Transaction& tx, const DeletePolicyRow& row);
/// kNotFound when the tenant has none of that name.
Status drop_delete_policy(Transaction& tx, uint64_t tenant_id, const std::string& name);
/// By tenant; tenant 0: of all.
Result<std::vector<DeletePolicyRow>> list_delete_policies(Transaction& tx, uint64_t tenant_id = 0);

}  // namespace seabed::catalog
