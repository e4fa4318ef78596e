#pragma once
// A backup job's row of DBA_OB_CLUSTER_EVENT_HISTORY.

#include "core/catalog/backup_jobs.h"
#include "core/catalog/events.h"

namespace seabed::backup {

inline catalog::EventRow backup_event(const std::string& tenant, const catalog::BackupJobRow& job, const char* event) {
  catalog::EventRow row{.module = "backup", .event = event};
  row.facts = {{"tenant", tenant},
               {"job_id", std::to_string(job.job_id)},
               {"backup_set_id", std::to_string(job.backup_set_id)},
               {"backup_type", job.backup_type},
               {"status", job.status},
               {"result", std::to_string(job.result)}};
  row.extra_info = job.comment.substr(0, 500);
  return row;
}

}  // namespace seabed::backup
