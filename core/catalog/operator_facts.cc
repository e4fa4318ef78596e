#include "core/catalog/operator_facts.h"

#include "core/catalog/delete_policies.h"
#include "core/catalog/destinations.h"
#include "core/catalog/sql.h"
#include "core/format/meta.pb.h"

namespace seabed::catalog {
namespace {

constexpr const char* kCounters[] = {"job", "task", "delete_job", "delete_task", "import_task"};

std::string version_name(uint64_t tenant_id) { return "operator/" + std::to_string(tenant_id); }

Result<uint64_t> last_of(Transaction& tx, const std::string& name) {
  return query_number(tx, "SELECT last_value FROM sequences WHERE name = ?", {name});
}

}  // namespace

Result<OperatorFacts> operator_facts(Transaction& tx, uint64_t tenant_id) {
  OperatorFacts out;
  SEABED_TRY(out.version, last_of(tx, version_name(tenant_id)));
  SEABED_TRY(const auto policies, list_delete_policies(tx, tenant_id));
  for (const DeletePolicyRow& row : policies) out.policies.push_back({row.policy_name, row.recovery_window});
  SEABED_TRY(const auto archive, current_destination(tx, tenant_id, DestinationKind::kArchive));
  if (archive) {
    out.binding = archive->binding, out.archive_state = archive->state;
    out.piece_switch_interval_us = archive->piece_switch_interval_us;
  }
  for (const char* name : kCounters) {
    SEABED_TRY(const uint64_t last, last_of(tx, name));
    if (last != 0) out.used[name] = last;
  }
  return out;
}

Status operator_decided(Transaction& tx, uint64_t tenant_id) {
  SEABED_CHECK(next_id(tx, version_name(tenant_id), 1));
  return ok();
}

Status adopt_decisions(Transaction& tx, uint64_t tenant_id, const OperatorFacts& facts) {
  SEABED_CHECK(execute(tx, "DELETE FROM delete_policies WHERE tenant_id = ?", {num(tenant_id)}));
  for (const auto& policy : facts.policies)
    SEABED_CHECK(add_delete_policy(tx, {tenant_id, policy.name, policy.recovery_window}));
  SEABED_TRY(auto archive, current_destination(tx, tenant_id, DestinationKind::kArchive));
  if (archive && !facts.binding.empty()) {
    archive->binding = facts.binding, archive->state = facts.archive_state;
    archive->piece_switch_interval_us = facts.piece_switch_interval_us;
    SEABED_CHECK(update_destination(tx, *archive));
  }
  SEABED_CHECK(reserve_ids(tx, version_name(tenant_id), facts.version));
  SEABED_CHECK(execute(tx, "UPDATE sequences SET last_value = ? WHERE name = ?",
                       {num(facts.version), version_name(tenant_id)}));
  return ok();
}

Status adopt_ids(Transaction& tx, const OperatorFacts& facts) {
  for (const char* name : kCounters) {
    const auto used = facts.used.find(name);
    if (used == facts.used.end()) continue;
    SEABED_TRY(const uint64_t known, last_of(tx, name));
    if (known < used->second) SEABED_CHECK(reserve_ids(tx, name, used->second + kIdsLeftOut));
  }
  return ok();
}

void put_facts(const OperatorFacts& facts, uint64_t scn, meta::OperatorFacts* out) {
  out->set_version(facts.version), out->set_scn(scn);
  for (const auto& policy : facts.policies) {
    auto* one = out->add_policies();
    one->set_name(policy.name), one->set_recovery_window(policy.recovery_window);
  }
  out->set_binding(facts.binding), out->set_archive_state(facts.archive_state);
  out->set_piece_switch_interval_us(facts.piece_switch_interval_us);
  for (const auto& [name, last] : facts.used) {
    auto* one = out->add_used();
    one->set_name(name), one->set_last(last);
  }
}

OperatorFacts read_facts(const meta::OperatorFacts& m) {
  OperatorFacts out;
  out.version = m.version(), out.scn = m.scn();
  for (const auto& policy : m.policies()) out.policies.push_back({policy.name(), policy.recovery_window()});
  out.binding = m.binding(), out.archive_state = m.archive_state();
  out.piece_switch_interval_us = m.piece_switch_interval_us();
  for (const auto& used : m.used()) out.used[used.name()] = used.last();
  return out;
}

}  // namespace seabed::catalog
