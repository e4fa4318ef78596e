#pragma once
// Jobs as metrics: a tenant's backups, what the agent does beside them, and the standbys that follow.

#include <string>

#include "core/engine/engine.h"
#include "tools/agent/metric_families.h"

namespace seabed {

/// The label "kind" of BackupJobRow::backup_type.
inline const char* kind_of(const std::string& backup_type) { return backup_type == "I" ? "incremental" : "full"; }

/// Of the tenant's backups: the last ends by kind, what runs and how far it is.
Status add_job_metrics(Engine& engine, const catalog::TenantRow& tenant, MetricFamilies* out);
/// Restores, cleanups, hydrations, table restores …: how far those of a task are together.
void add_background_metrics(Background& background, MetricFamilies* out);
/// How far each standby that follows is behind what it is to follow.
Status add_standby_metrics(Engine& engine, MetricFamilies* out);

}  // namespace seabed
