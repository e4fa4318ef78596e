#include "core/engine/job/tenant_ready.h"

namespace seabed {

Status check_tenant_ready(const catalog::TenantRow& tenant, int ob_error) {
  const std::string who = "tenant " + tenant.name;
  if (tenant.status != "NORMAL")
    return fail(Error{Code::kConflict, who, "is not in normal state but " + tenant.status, "wait until it is NORMAL", 0,
                      ob_error});
  return ok();
}

}  // namespace seabed
