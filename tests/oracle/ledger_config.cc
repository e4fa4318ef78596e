#include "ledger_config.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "ledger_plan.h"

namespace oracle {

std::string to_json(const LedgerConfig& config) {
  nlohmann::ordered_json out;
  visit_fields(config, [&](const char* name, const auto& field, bool, const char*) { out[name] = field; });
  return out.dump();
}

LedgerConfig config_from_json(const std::string& text) {
  const auto in = nlohmann::json::parse(text);
  LedgerConfig config;
  visit_fields(config, [&]<class T>(const char* name, T& field, bool, const char*) {
    if (in.contains(name)) field = in.at(name).get<T>();
  });
  return config;
}

LedgerConfig merge_saved(const LedgerConfig& saved, const LedgerConfig& wanted,
                         const std::vector<std::string>& given) {
  std::map<std::string, nlohmann::json> values;
  visit_fields(wanted, [&](const char* name, const auto& field, bool, const char*) { values[name] = field; });
  LedgerConfig merged = saved;
  visit_fields(merged, [&]<class T>(const char* name, T& field, bool data, const char*) {
    const bool named = std::find(given.begin(), given.end(), name) != given.end();
    if (!data && named) field = values[name].get<T>();
  });
  return merged;
}

std::string refuse_reason(const LedgerConfig& c) {
  if (c.cfs == 0 || c.keys < 17 * 20 || c.accounts < 17 * 20) {
    return "needs one family, 340 accounts and 340 keys at least";
  }
  if (c.txn && c.delete_range) return "a transaction cannot hold a range deletion";
  if (c.txn && c.disable_wal_every) return "two-phase commit needs the WAL";
  if (c.write_prepared && !c.txn) return "--write-prepared goes with --txn";
  if (c.write_prepared && c.ingest_every) return "ingested keys are not in WritePrepared's commit map";
  if (c.comparator != "bytewise" && c.comparator != "custom") return "comparator is bytewise or custom";
  return "";
}

}  // namespace oracle
