#pragma once
// Standbys as the archiver and the backup see them: tenants like those of the configuration, found in the
// catalog.

#include <map>
#include <mutex>

#include "core/engine/job/context.h"
#include "core/engine/standby/fetch_limit.h"

namespace seabed {

/// Thread-safe. What was added stays: references are good as long as this.
class StandbyTenants {
 public:
  const TenantConfig* find(uint64_t tenant_id) const;
  /// The one that is there already, or this one.
  const TenantConfig& add(TenantConfig tenant);
  FetchLimit& fetch_limit() { return fetch_limit_; }

 private:
  mutable std::mutex mutex_;
  std::map<uint64_t, TenantConfig> tenants_;
  FetchLimit fetch_limit_;
};

/// Of the configuration, or a standby that is archived or backed up here; nullptr: neither.
const TenantConfig* find_tenant_config(const EngineContext& context, uint64_t tenant_id);

}  // namespace seabed
