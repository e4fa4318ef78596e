#include "core/catalog/delete_policies.h"

#include <charconv>

#include "core/catalog/operator_facts.h"
#include "core/catalog/sql.h"

namespace seabed::catalog {
namespace {

constexpr uint64_t kSecond = 1'000'000, kLongest = 36'500ull * 86'400 * kSecond;

uint64_t unit_of(std::string_view suffix) {
  if (suffix == "s" || suffix == "S") return kSecond;
  if (suffix == "m" || suffix == "M") return 60 * kSecond;
  if (suffix == "h" || suffix == "H") return 3600 * kSecond;
  if (suffix == "d" || suffix == "D") return 86'400 * kSecond;
  return 0;
}

Where key_of(uint64_t tenant_id, const std::string& name) {
  return Where().eq("tenant_id", num(tenant_id)).eq("policy_name", name);
}

}  // namespace

template <class V>
void fields(V& v, DeletePolicyRow& r) {
  v("tenant_id", r.tenant_id), v("policy_name", r.policy_name), v("recovery_window", r.recovery_window);
}

Result<uint64_t> parse_recovery_window(const std::string& text) {
  if (text.empty() || text == "0") return uint64_t{0};
  uint64_t number = 0, value = 0;
  const char* stop = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), stop, number);
  const uint64_t unit = error == std::errc() ? unit_of({end, static_cast<size_t>(stop - end)}) : 0;
  if (unit == 0 || __builtin_mul_overflow(number, unit, &value) || value > kLongest)
    return fail(Code::kInvalidArgument, "recovery window", "'" + text.substr(0, 40) + "' is none",
                "a number with s, m, h or d, at most 36500d: '7d'");
  return value;
}

Status add_delete_policy(Transaction& tx, const DeletePolicyRow& row) {
  if (row.policy_name != "default" && row.policy_name != "log_only")
    return fail(Code::kInvalidArgument, "policy '" + row.policy_name.substr(0, 40) + "'",
                "is no name of a policy",
                "'default', or 'log_only' for a tenant that archives and is never backed up");
  SEABED_CHECK(parse_recovery_window(row.recovery_window));
  SEABED_TRY(const auto there, list_delete_policies(tx, row.tenant_id));
  if (!there.empty())
    return fail(Code::kAlreadyExists, "policy '" + there.front().policy_name + "'",
                "exists: a tenant has one policy", "drop it first");
  SEABED_CHECK(operator_decided(tx, row.tenant_id));
  return insert_row(tx, "delete_policies", row);
}

Status drop_delete_policy(Transaction& tx, uint64_t tenant_id, const std::string& name) {
  const Where key = key_of(tenant_id, name);
  SEABED_TRY(const long long gone, execute(tx, "DELETE FROM delete_policies WHERE " + key.text, key.values));
  if (gone == 0)
    return fail(Code::kNotFound, "policy '" + name.substr(0, 40) + "'", "the tenant has none of this name",
                "see `seabed clean policies`");
  return operator_decided(tx, tenant_id);
}

Result<std::vector<DeletePolicyRow>> list_delete_policies(Transaction& tx, uint64_t tenant_id) {
  Where where;
  if (tenant_id) where.eq("tenant_id", num(tenant_id));
  return select_rows<DeletePolicyRow>(tx, "delete_policies", where, "ORDER BY tenant_id, policy_name");
}

}  // namespace seabed::catalog
