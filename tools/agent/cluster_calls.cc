// Parameters of the cluster, their backup; other credentials of a destination.
#include <nlohmann/json.hpp>

#include "core/catalog/cluster_parameters.h"
#include "core/engine/change_storage.h"
#include "core/engine/cluster_parameters.h"
#include "tools/agent/calls.h"
#include "tools/agent/rows_json.h"

namespace seabed {
namespace {

Result<Json> set_parameter(Engine& engine, const Json& args) {
  const std::string name = args.at("name"), value = args.at("value");
  SEABED_CHECK(engine.context().catalog->transact(
      [&](Transaction& tx) { return catalog::set_cluster_parameter(tx, name, value); }));
  return Json{{"name", name}, {"value", value}};
}

Result<Json> parameters(Engine& engine, const Json&) {
  SEABED_TRY(const auto rows, engine.context().catalog->get<std::vector<catalog::ParameterRow>>(
                                  [](Transaction& tx) { return catalog::list_cluster_parameters(tx); }));
  Json json = Json::array();
  for (const auto& row : rows) {
    SEABED_TRY(const auto* spec, catalog::cluster_parameter_spec(row.name));
    json.push_back({{"name", row.name},
                    {"value", row.value},
                    {"default", spec->default_text},
                    {"is_default", row.is_default},
                    {"help", spec->help}});
  }
  return json;
}

Result<Json> backup_parameters(Engine& engine, const Json& args) {
  SEABED_TRY(const std::string key, backup_cluster_parameters(engine.context(), args.at("uri")));
  return Json{{"file", key}};
}

Result<Json> change(Engine& engine, const Json& args) {
  const StorageChange wanted{args.at("path"), args.value("attribute", ""), args.value("access_info", "")};
  SEABED_TRY(const auto row, change_storage(engine.context(), args.at("tenant"), wanted));
  return destination_json(row);
}

}  // namespace

Calls cluster_calls() {
  return {{"cluster/set-parameter", set_parameter},
          {"cluster/parameters", parameters},
          {"cluster/backup-parameters", backup_parameters},
          {"storage/change", change}};
}

}  // namespace seabed
