#pragma once
// May a tenant's log and data be taken? (reference: statements, sections 4 and 5: "tenant not in normal state")

#include "core/base/status.h"
#include "core/catalog/tenants.h"

namespace seabed {

/// kConflict with `ob_error` while it is created, restored or dropped. A standby is asked more: standby/standby_archive.h.
Status check_tenant_ready(const catalog::TenantRow& tenant, int ob_error);

}  // namespace seabed
