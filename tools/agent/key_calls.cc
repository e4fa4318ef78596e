#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "core/engine/keys/tenant_keys.h"
#include "tools/agent/calls.h"
#include "tools/agent/rows_json.h"

namespace seabed {
namespace {

Result<Json> backup(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  const CancelToken never;
  SEABED_TRY(const std::string path, backup_keys(engine.context(), tenant, args.at("uri"), args.at("password"), never));
  SEABED_TRY(const KeyStatus status, key_status(engine.context(), tenant));
  return Json{{"tenant", tenant.name}, {"path", path}, {"keys", status.keys.size()}};
}

Result<Json> rotate(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  SEABED_TRY(const uint64_t id, rotate_keys(engine.context(), tenant));
  return Json{{"tenant", tenant.name}, {"key_id", id}};
}

/// The identity names a key in errors; it opens nothing.
Json key_json(const catalog::MasterKeyRow& row, const catalog::TenantRow& tenant) {
  return {{"key_id", row.key.id},
          {"identity", to_hex(row.key.identity).substr(0, 8)},
          {"created", display(row.created_us * 1000, tenant)},
          {"backed_up", display(row.backed_up_us * 1000, tenant)},
          {"backup_path", row.backup_path}};
}

Result<Json> status(Engine& engine, const Json& args) {
  SEABED_TRY(const auto tenant, engine.tenant(args.at("tenant")));
  SEABED_TRY(const KeyStatus found, key_status(engine.context(), tenant));
  Json json = {{"tenant", tenant.name}, {"encrypts", found.encrypt}, {"compression", found.compression}, {"keys", Json::array()}};
  bool all = true;
  for (const auto& row : found.keys) {
    json["keys"].push_back(key_json(row, tenant));
    all = all && row.backed_up_us != 0;
  }
  json["all_backed_up"] = all;
  return json;
}

}  // namespace

Calls key_calls() { return {{"key/backup", backup}, {"key/rotate", rotate}, {"key/status", status}}; }

}  // namespace seabed
