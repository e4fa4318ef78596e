// Tenant restores: jobs of the agent.
#include <nlohmann/json.hpp>

#include "core/engine/restore/tenant_restore.h"
#include "tools/agent/calls.h"
#include "tools/agent/progress_json.h"
#include "tools/agent/restore_json.h"
#include "tools/agent/rows_json.h"

namespace seabed {
namespace {

Result<RestoreTargetPoint> read_until(const Json& args) {
  RestoreTargetPoint until;
  if (!args.contains("until") || args.at("until").is_null()) return until;
  const Json& given = args.at("until");
  if (given.contains("scn") && given.contains("time"))
    return fail(Code::kInvalidArgument, "until", "an SCN and a time exclude each other");
  if (given.contains("scn")) {
    until.kind = RestoreTargetPoint::Kind::kScn;
    until.scn = given.at("scn");
  } else if (given.contains("time")) {
    until.kind = RestoreTargetPoint::Kind::kTime;
    until.time = given.at("time");
  }
  return until;
}

KeyAccess read_key_arguments(const Json& args) {
  KeyAccess keys;
  keys.key_uri = args.value("key_uri", ""), keys.key_password = args.value("key_password", "");
  if (args.contains("passwords")) keys.passwords = args.at("passwords").get<std::vector<std::string>>();
  return keys;
}

/// A number, also as text: a statement's option string has no types.
Result<uint64_t> number_option(const Json& options, const char* name, uint64_t otherwise) {
  if (!options.contains(name)) return otherwise;
  const Json& value = options.at(name);
  if (value.is_number_unsigned()) return value.get<uint64_t>();
  if (value.is_string()) {
    const std::string text = value;
    if (!text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == text.npos)
      return std::stoull(text);
  }
  return fail(Code::kInvalidArgument, std::string(name) + "=" + value.dump(), "is no whole number");
}

/// As OceanBase keeps it: name=value&….
std::string option_text(const Json& options, const std::string& directory) {
  std::string out;
  for (const auto& [name, value] : options.items()) {
    if (name == "directory") continue;
    out += name + "=" + (value.is_string() ? value.get<std::string>() : value.dump()) + "&";
  }
  return out + "directory=" + directory;
}

Result<TenantRestoreRequest> read_request(const Json& args) {
  TenantRestoreRequest asked;
  RestoreRequest& r = asked.restore;
  const Json options = args.value("options", Json::object());
  r.tenant_name = args.at("tenant");
  r.source.uris = args.at("uris").get<std::vector<std::string>>();
  SEABED_TRY(r.until, read_until(args));
  r.directory = args.value("directory", options.value("directory", ""));
  while (r.directory.size() > 1 && r.directory.back() == '/') r.directory.pop_back();
  SEABED_TRY(const uint64_t lanes, number_option(options, "concurrency", 2));
  if (lanes < 1 || lanes > 256)
    return fail(Code::kInvalidArgument, "concurrency=" + std::to_string(lanes), "is not from 1 to 256");
  r.concurrency = lanes;
  std::string method = options.value("method", "full");
  for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (method != "full" && method != "quick")
    return fail(Code::kInvalidArgument, "method=" + method, "is neither full nor quick");
  r.quick = method == "quick";
  r.own_library = args.value("own_library", false);
  r.source.keys = read_key_arguments(args);
  asked.description = args.value("description", "");
  asked.option = option_text(options, r.directory);
  return asked;
}

Result<Json> start(Engine& engine, const Json& args) {
  SEABED_TRY(const TenantRestoreRequest asked, read_request(args));
  SEABED_TRY(const uint64_t id, submit_restore(engine.context(), asked));
  if (engine.started()) SEABED_CHECK(run_restore_in_background(engine, id));
  return Json{{"job_id", id}, {"tenant", asked.restore.tenant_name}};
}

Result<Json> status(Engine& engine, const Json& args) {
  SEABED_TRY(const auto views, restore_views(engine.context(), args.value("tenant", "")));
  Json json = Json::array();
  const uint64_t now_us = engine.context().clock->read().now / 1000;
  for (const auto& view : views) {
    if (args.contains("job_id") && args.at("job_id") != view.parent.job_id) continue;
    json.push_back(restore_json(view, now_us));
    json.back()["progress"] = progress_json(restore_progress(engine, view.parent.job_id));
  }
  if (json.empty() && args.contains("tenant")) SEABED_CHECK(engine.tenant(args.at("tenant")));
  return json;
}

Result<Json> preview(Engine& engine, const Json& args) {
  RestoreRequest request;
  request.source.uris = args.at("uris").get<std::vector<std::string>>();
  SEABED_TRY(request.until, read_until(args));
  request.preview = true;
  request.source.keys = read_key_arguments(args);
  CancelToken never;
  SEABED_TRY(const auto outcome, run_restore(engine.context(), request, nullptr, never));
  return outcome_json(outcome, true);
}

Result<Json> cancel(Engine& engine, const Json& args) {
  SEABED_CHECK(cancel_restore(engine, args.at("tenant")));
  return Json{{"tenant", args.at("tenant")}, {"status", "RESTORE_FAIL"}};
}

}  // namespace

Calls restore_calls() {
  return {{"restore/start", start},
          {"restore/status", status},
          {"restore/preview", preview},
          {"restore/cancel", cancel}};
}

}  // namespace seabed
