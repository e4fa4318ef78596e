#include "core/engine/job/standby_tenants.h"

namespace seabed {

const TenantConfig* StandbyTenants::find(uint64_t tenant_id) const {
  std::lock_guard lock(mutex_);
  const auto found = tenants_.find(tenant_id);
  return found == tenants_.end() ? nullptr : &found->second;
}

const TenantConfig& StandbyTenants::add(TenantConfig tenant) {
  std::lock_guard lock(mutex_);
  const uint64_t id = tenant.tenant_id;
  return tenants_.try_emplace(id, std::move(tenant)).first->second;
}

const TenantConfig* find_tenant_config(const EngineContext& context, uint64_t tenant_id) {
  for (const TenantConfig& tenant : context.tenants)
    if (tenant.tenant_id == tenant_id) return &tenant;
  return context.standbys ? context.standbys->find(tenant_id) : nullptr;
}

}  // namespace seabed
