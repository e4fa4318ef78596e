#pragma once
// What happened to the cluster, for people: rows of DBA_OB_CLUSTER_EVENT_HISTORY. Never what a job needs to go on.

#include <cstdint>
#include <utility>

#include "core/catalog/catalog.h"

namespace seabed::catalog {

struct EventRow {
  uint64_t event_us = 0;                                   // 0: now
  std::string module, event;                               // "backup", "job_start"
  std::vector<std::pair<std::string, std::string>> facts;  // at most six; more go into extra_info. No secrets
  std::string extra_info;
};

Status record_event(Transaction& tx, const EventRow& row);
/// Newest first; `module` and `event` empty: any.
Result<std::vector<EventRow>> list_events(Transaction& tx, const std::string& module = {}, const std::string& event = {},
                                          size_t limit = 100);
/// Removes all but the newest `keep`.
Status trim_events(Transaction& tx, size_t keep);

}  // namespace seabed::catalog
