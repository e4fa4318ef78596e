#include <nlohmann/json.hpp>

#include "tools/agent/calls.h"
#include "tools/agent/rows_json.h"

namespace seabed {
namespace {

/// A tenant's admin sees its own.
Result<Json> list(Engine& engine, const Json&, const Caller& caller) {
  SEABED_TRY(auto rows, engine.tenants());
  Json json = Json::array();
  for (const auto& row : rows)
    if (caller.sys || row.name == caller.tenant) json.push_back(tenant_json(row));
  return json;
}

Result<Json> show(Engine& engine, const Json& args) {
  const std::string name = args.at("tenant");
  SEABED_TRY(auto row, engine.tenant(name));
  Json json = tenant_json(row);
  SEABED_TRY(auto streams, engine.log_streams(row.tenant_id));
  json["log_streams"] = Json::array();
  for (const auto& ls : streams)
    json["log_streams"].push_back({{"ls_id", ls.ls_id},
                                   {"engine", ls.engine},
                                   {"directory", ls.directory},
                                   {"incarnation", ls.incarnation},
                                   {"status", ls.status}});
  SEABED_TRY(auto dests, engine.destinations(name));
  json["destinations"] = Json::array();
  for (const auto& dest : dests) json["destinations"].push_back(destination_json(dest));
  return json;
}

Result<Json> set_parameter(Engine& engine, const Json& args) {
  SEABED_CHECK(engine.set_parameter(args.at("tenant"), args.at("name"), args.at("value")));
  SEABED_TRY(const auto* spec, catalog::parameter_spec(args.at("name")));
  const Json shown = spec->secret ? Json("***") : args.at("value");
  return Json{{"tenant", args.at("tenant")}, {"name", args.at("name")}, {"value", shown}};
}

Result<Json> show_parameters(Engine& engine, const Json& args) {
  SEABED_TRY(auto rows, engine.parameters(args.at("tenant")));
  Json json = Json::array();
  for (const auto& row : rows) {
    SEABED_TRY(const auto* spec, catalog::parameter_spec(row.name));
    json.push_back({{"name", row.name},
                    {"value", row.value},
                    {"default", spec->default_text},
                    {"is_default", row.is_default},
                    {"help", spec->help}});
  }
  return json;
}

}  // namespace

Calls tenant_calls() {
  return {{"tenant/list", list},
          {"tenant/show", show},
          {"parameter/set", set_parameter},
          {"parameter/show", show_parameters}};
}

}  // namespace seabed
