#pragma once
// A tenant's archive, window and backups as metrics.

#include "core/engine/engine.h"
#include "tools/agent/metric_families.h"

namespace seabed {

Status add_tenant_metrics(Engine& engine, const catalog::TenantRow& tenant, MetricFamilies* out);

}  // namespace seabed
