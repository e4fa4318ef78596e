#include "core/catalog/events.h"

#include "core/catalog/sql.h"

namespace seabed::catalog {
namespace {

constexpr size_t kFacts = 6;

/// The row as its table has it.
struct StoredEvent {
  uint64_t event_us = 0;
  std::string module, event, names[kFacts], values[kFacts], extra_info;
};

template <class V>
void fields(V& v, StoredEvent& r) {
  static constexpr const char* kNames[] = {"name1", "name2", "name3", "name4", "name5", "name6"};
  static constexpr const char* kValues[] = {"value1", "value2", "value3", "value4", "value5", "value6"};
  v("event_us", r.event_us), v("module", r.module), v("event", r.event);
  for (size_t i = 0; i < kFacts; ++i) v(kNames[i], r.names[i]), v(kValues[i], r.values[i]);
  v("extra_info", r.extra_info);
}

}  // namespace

Status record_event(Transaction& tx, const EventRow& row) {
  StoredEvent stored;
  stored.event_us = row.event_us ? row.event_us : now_us();
  stored.module = row.module, stored.event = row.event, stored.extra_info = row.extra_info;
  for (size_t i = 0; i < row.facts.size(); ++i) {
    const auto& [name, value] = row.facts[i];
    if (i < kFacts)
      stored.names[i] = name, stored.values[i] = value;
    else
      stored.extra_info += (stored.extra_info.empty() ? "" : ", ") + name + "=" + value;
  }
  return insert_row(tx, "cluster_events", stored);
}

Result<std::vector<EventRow>> list_events(Transaction& tx, const std::string& module, const std::string& event,
                                          size_t limit) {
  Where where;
  if (!module.empty()) where.eq("module", module);
  if (!event.empty()) where.eq("event", event);
  SEABED_TRY(auto stored, select_rows<StoredEvent>(tx, "cluster_events", where,
                                                   "ORDER BY event_us DESC, rowid DESC LIMIT " + std::to_string(limit)));
  std::vector<EventRow> rows;
  for (const StoredEvent& s : stored) {
    EventRow& row = rows.emplace_back(EventRow{s.event_us, s.module, s.event, {}, s.extra_info});
    for (size_t i = 0; i < kFacts && !s.names[i].empty(); ++i) row.facts.emplace_back(s.names[i], s.values[i]);
  }
  return rows;
}

Status trim_events(Transaction& tx, size_t keep) {
  SEABED_CHECK(execute(tx, "DELETE FROM cluster_events WHERE rowid NOT IN (SELECT rowid FROM cluster_events ORDER BY "
                           "event_us DESC, rowid DESC LIMIT " + std::to_string(keep) + ")"));
  return ok();
}

}  // namespace seabed::catalog
