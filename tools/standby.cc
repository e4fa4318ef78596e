// seabed standby recover|status|set-source, seabed upgrade run|database
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/engine/standby/standby.h"
#include "core/source/restore_target.h"
#include "tools/agent/progress_json.h"
#include "tools/cli/invocation.h"
#include "tools/cli/key_input.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/signals.h"
#include "tools/cli/text_table.h"
#include "tools/cli/uri_input.h"
#include "tools/config/machine.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

std::string status_text(const Json& rows) {
  return json_table(rows, {{"tenant", "TENANT"},
                           {"sync_display", "STANDS AT"},
                           {"sync_scn", "SCN"},
                           {"recovery_until_scn", "UNTIL"},
                           {"sync_status", "STATUS"},
                           {"log_source", "LOG SOURCE"},
                           {"comment", "COMMENT"}});
}

Result<Json> status_of(Invocation& invocation, const std::string& tenant) {
  SEABED_TRY(Json rows, invocation.call("standby/status", {{"tenant", tenant}}));
  if (rows.empty()) return fail(Code::kNotFound, "tenant " + tenant, "is no standby");
  return rows[0];
}

Result<Json> read_point(const Invocation& invocation) {
  const int given = invocation.has("until-scn") + invocation.has("until-time") + invocation.has("unlimited") +
                    invocation.has("cancel");
  if (given != 1)
    return fail(Code::kInvalidArgument, "seabed standby recover",
                "wants one of --until-scn, --until-time, --unlimited, --cancel");
  if (invocation.has("cancel")) return Json("cancel");
  if (invocation.has("unlimited")) return Json("unlimited");
  if (invocation.has("until-time")) return Json{{"time", invocation.text("until-time")}};
  SEABED_TRY(const uint64_t scn, invocation.number("until-scn", 0));
  return Json{{"scn", scn}};
}

/// Until the point is reached, or it is known that it never will be.
Result<Json> wait_for(Invocation& invocation, const std::string& tenant, const CancelToken& cancel) {
  ProgressLine line("standby");
  for (;;) {
    SEABED_TRY(const Json now, status_of(invocation, tenant));
    if (!now["following"].get<bool>()) return now;
    if (now["progress"].is_object()) line.show(progress_of(now["progress"]));
    if (cancel.wait_for(std::chrono::milliseconds(50)))
      return fail(Code::kCancelled, "waiting for tenant " + tenant, "interrupted; it goes on following",
                  "`seabed standby status`, `seabed standby recover --cancel`");
  }
}

Status check_reached(const Json& now) {
  if (now["sync_status"] != "SOURCE HAS A GAP") return ok();
  return fail(Code::kGap, "tenant " + json_word(now["tenant"]), json_word(now["comment"]),
              "it stands at " + json_word(now["sync_display"]));
}

Result<int> recover(Invocation& invocation) {
  SignalCancel signals;
  const std::string tenant = invocation.text("tenant");
  SEABED_TRY(const Json point, read_point(invocation));
  SEABED_TRY(Json now, invocation.call("standby/recover", {{"tenant", tenant}, {"until", point}}));
  if (!invocation.through_agent() && point != "cancel") {
    SEABED_TRY(Machine * machine, invocation.machine());
    {
      ProgressLine line("standby");
      SEABED_CHECK(recover_standby_here(
          machine->context(), tenant, [&](const Progress& p) { line.show(p); }, signals.token()));
    }
    SEABED_TRY(now, status_of(invocation, tenant));
    SEABED_CHECK(check_reached(now));
  } else if (invocation.has("wait") && point != "unlimited" && point != "cancel") {
    SEABED_TRY(now, wait_for(invocation, tenant, signals.token()));
    SEABED_CHECK(check_reached(now));
  }
  return invocation.answer(now, [&] { return status_text(Json::array({now})); });
}

Result<int> status(Invocation& invocation) {
  Json args = Json::object();
  if (invocation.has("tenant")) args["tenant"] = invocation.text("tenant");
  SEABED_TRY(const Json rows, invocation.call("standby/status", args));
  return invocation.answer(rows, [&] { return status_text(rows); });
}

Result<int> set_source(Invocation& invocation) {
  Json args = {{"tenant", invocation.text("tenant")}};
  if (!invocation.has("clear")) {
    SEABED_TRY(const std::string uri, read_uri(invocation, "location"));
    SEABED_TRY(const KeyAccess keys, read_keys(invocation));
    args["value"] = "LOCATION=" + uri, args["key_uri"] = keys.key_uri,
    args["key_password"] = keys.key_password;
  }
  SEABED_TRY(const Json now, invocation.call("standby/set-log-source", args));
  return invocation.answer(now, [&] { return status_text(Json::array({now})); });
}

Result<int> upgrade_run(Invocation& invocation) {
  SEABED_TRY(const Json done, invocation.call("upgrade/run", {{"tenants", invocation.list("tenant")}}));
  return invocation.answer(done, [&] {
    std::string out;
    for (const Json& one : done) {
      out += "tenant " + json_word(one["tenant"]) + ": RocksDB " + json_word(one["from"]) + " -> " +
             json_word(one["to"]) + "\n";
      for (const Json& note : one["notes"]) out += "  " + json_word(note) + "\n";
    }
    return out;
  });
}

Result<int> upgrade_database(Invocation& invocation) {
  SEABED_TRY(Machine * machine, invocation.machine());
  const std::string engine = invocation.text("engine", "rocksdb"), directory = invocation.text("directory");
  const auto& adapters = machine->context().adapters;
  const auto adapter = adapters.find(engine);
  if (adapter == adapters.end())
    return fail(Code::kUnsupported, "engine " + engine, "this program has no such adapter");
  SEABED_CHECK(adapter->second->open_once(directory));
  return invocation.answer({{"directory", directory}}, [&] { return directory + ": opened and closed\n"; });
}

}  // namespace

std::vector<Verb> standby_verbs() {
  Verb recover_verb{
      "standby",
      "recover",
      "Apply what the archive has since the restore",
      "RECOVER STANDBY: up to a point (each call takes it further), or --unlimited: the agent applies every "
      "step of the\n"
      "archive soon after it appears. Without an agent, what is there now is applied.",
      {"seabed standby recover --tenant shop2 --until-time '2026-11-23 10:20:00' --wait",
       "seabed standby recover --tenant shop2 --unlimited", "seabed standby recover --tenant shop2 --cancel"},
      {tenant_option(),
       {OptionSpec::kNumber, "until-scn", "SCN", "inclusive"},
       {OptionSpec::kText, "until-time", "'YYYY-MM-DD HH:MI:SS[.f]'", "inclusive, in the tenant's time zone"},
       {OptionSpec::kFlag, "unlimited", "", "follow for ever"},
       {OptionSpec::kFlag, "cancel", "", "stop where it stands"},
       {OptionSpec::kFlag, "wait", "", "until the point is reached"}},
      recover};
  Verb source_verb{"standby",
                   "set-source",
                   "The log archive that a standby follows",
                   "SET LOG_RESTORE_SOURCE: of the tenant that it was restored from. A restore from the "
                   "usual two paths has "
                   "it already.",
                   {"seabed standby set-source --tenant shop2 --location file:///backup/shop/archive"},
                   {tenant_option(), {OptionSpec::kFlag, "clear", "", "none any more"}},
                   set_source};
  for (auto& option : uri_options("location", OptionSpec::kText, "the log archive"))
    source_verb.options.push_back(option);
  for (auto& option : key_options())
    if (option.name != "password-file") source_verb.options.push_back(option);
  return {recover_verb,
          {"standby",
           "status",
           "Standbys: where they stand, how far they go, from where",
           "",
           {"seabed standby status", "seabed standby status --tenant shop2"},
           {{OptionSpec::kText, "tenant", "NAME", "of one only"}},
           status},
          source_verb,
          {"upgrade",
           "run",
           "Finish restores of backups that an older RocksDB made",
           "RUN UPGRADE JOB UPGRADE_ALL: after the activation, and while its program does not run, each "
           "database is opened\n"
           "once by this host's RocksDB. Recorded in DBA_OB_CLUSTER_EVENT_HISTORY.",
           {"seabed upgrade run --tenant shop2"},
           {{OptionSpec::kList, "tenant", "NAME", "an activated tenant", true}},
           upgrade_run},
          {"upgrade",
           "database",
           "Open and close one database with this host's RocksDB",
           "What `seabed upgrade run` does in a process of its own.",
           {"seabed upgrade database --directory /srv/shop2/db"},
           {{OptionSpec::kText, "directory", "DIR", "of the database", true},
            {OptionSpec::kText, "engine", "NAME", "adapter (rocksdb)"}},
           upgrade_database}};
}

}  // namespace seabed
