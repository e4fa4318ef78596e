// seabed table recover|cancel|status|work
#include <signal.h>
#include <sys/prctl.h>

#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/engine/table/table_job.h"
#include "core/engine/table/table_work.h"
#include "tools/agent/progress_json.h"
#include "tools/cli/invocation.h"
#include "tools/cli/key_input.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/signals.h"
#include "tools/cli/text_table.h"
#include "tools/cli/until_input.h"
#include "tools/cli/uri_input.h"
#include "tools/config/machine.h"
#include "tools/config/table_parts.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

using table::ExportPlace;
using table::TableOutcome;
using table::TableRequest;

Result<TableRequest> read_request(Invocation& invocation) {
  TableRequest request;
  SEABED_TRY(request.until, read_until(invocation, "seabed table recover"));
  request.tables = invocation.list("table");
  request.remap_tables = invocation.list("remap-table");
  SEABED_TRY(uint64_t concurrency, invocation.number("concurrency", 2));
  if (concurrency < 1 || concurrency > 256)
    return fail(Code::kInvalidArgument, "--concurrency", "is not from 1 to 256");
  request.concurrency = concurrency;
  SEABED_TRY(request.source.uris, read_uris(invocation, "from"));
  SEABED_TRY(request.source.keys, read_keys(invocation));
  return request;
}

Json plan_json(const RestorePlan& plan) {
  return {{"target_scn", plan.target},     {"target_display", plan.target_display},
          {"backup_sets", plan.sets},      {"pieces", plan.pieces},
          {"data_bytes", plan.data_bytes}, {"log_bytes", plan.log_bytes}};
}

Json outcome_json(const TableOutcome& out) {
  Json json = plan_json(out.plan);
  json["medium_bytes"] = out.medium.total();
  json["medium_bytes_restore"] = out.medium.restore;
  json["medium_bytes_tables"] = out.medium.tables;
  json["warnings"] = out.warnings;
  json["tables"] = Json::array();
  for (const auto& t : out.tables) {
    Json one = {{"source", table::display(t.source)},
                {"target", table::display(t.target)},
                {"rows", t.rows},
                {"bytes", t.bytes},
                {"files", t.files},
                {"result", t.error ? "FAILED" : "SUCCESS"},
                {"comment", t.error ? t.error->message() : ""}};
    if (t.error) one["error"] = to_json(*t.error);
    json["tables"].push_back(one);
  }
  return json;
}

std::string plan_text(const Json& json, const char* verb) {
  std::string out = std::string(verb) + " tables as of " + json_word(json["target_display"]) + " (SCN " +
                    json["target_scn"].dump() + ")\n";
  for (const Json& set : json["backup_sets"]) out += "  BACKUP_SET    " + json_word(set) + "\n";
  for (const Json& piece : json["pieces"]) out += "  BACKUP_PIECE  " + json_word(piece) + "\n";
  return out;
}

std::string outcome_text(const Json& json) {
  std::string out = plan_text(json, "recovered");
  out += json_table(json["tables"], {{"source", "TABLE"},
                                     {"target", "AS"},
                                     {"rows", "ROWS"},
                                     {"result", "RESULT"},
                                     {"comment", "COMMENT"}});
  return out + "read from the medium: " + bytes_text(json["medium_bytes"]) + " (" +
         bytes_text(json["medium_bytes_tables"]) + " of data files, the tenant has " +
         bytes_text(json["data_bytes"]) + ")\n";
}

Result<int> preview(Invocation& invocation, Machine& machine, const TableRequest& request) {
  SEABED_TRY(const RestorePlan plan, table::preview_tables(machine.context(), request, {}));
  Json answer = plan_json(plan);
  answer["preview"] = true;
  answer["tables"] = request.tables;
  return invocation.answer(answer, [&] {
    return plan_text(answer, "would recover") + "  the tenant's data are " + bytes_text(plan.data_bytes) +
           ", log " + bytes_text(plan.log_bytes) + "; of the data what these tables need is read\n";
  });
}

Result<int> to_directory(Invocation& invocation, Machine& machine, const TableRequest& request) {
  ExportPlace place;
  place.sst = invocation.has("to-sst");
  place.directory = invocation.text(place.sst ? "to-sst" : "to-directory");
  while (place.directory.size() > 1 && place.directory.back() == '/') place.directory.pop_back();
  SignalCancel signals;
  Result<TableOutcome> outcome = [&] {
    ProgressLine line("table recover");
    return table::export_tables(
        machine.context(), table_parts(), request, place, [&](const Progress& p) { line.show(p); },
        signals.token());
  }();
  if (!outcome) return fail(outcome.error());
  const Json answer = outcome_json(*outcome);
  const int status = invocation.answer(answer, [&] { return outcome_text(answer); });
  for (const auto& t : outcome->tables)
    if (t.error) return fail(*t.error);  // a script must see it; what worked is in the answer
  return status;
}

Json until_json(const RestoreTargetPoint& until) {
  if (until.kind == RestoreTargetPoint::Kind::kScn) return {{"scn", until.scn}};
  if (until.kind == RestoreTargetPoint::Kind::kTime) return {{"time", until.time}};
  return nullptr;
}

Json job_arguments(const Invocation& invocation, const TableRequest& request) {
  Json args = {{"tenant", invocation.text("to-tenant")},
               {"tables", request.tables},
               {"uris", request.source.uris},
               {"remap_tables", request.remap_tables},
               {"description", invocation.text("description")},
               {"options", {{"concurrency", request.concurrency}}}};
  const KeyAccess& keys = request.source.keys;
  if (!keys.passwords.empty()) args["passwords"] = keys.passwords;
  if (!keys.key_uri.empty()) args["key_uri"] = keys.key_uri, args["key_password"] = keys.key_password;
  if (const Json until = until_json(request.until); !until.is_null()) args["until"] = until;
  return args;
}

std::string job_text(const Json& job) {
  std::string out = "table restore job " + job["job_id"].dump() + " into tenant " + json_word(job["tenant"]) +
                    ": " + json_word(job["status"]) +
                    (job["phase"] != job["status"] ? " (" + json_word(job["phase"]) + ")" : "") + "\n";
  if (job["comment"] != "") out += json_word(job["comment"]) + "\n";
  if (job["tables"].empty()) return out;
  return out + json_table(job["tables"], {{"source", "TABLE"},
                                          {"target", "AS"},
                                          {"status", "STATUS"},
                                          {"result", "RESULT"},
                                          {"comment", "COMMENT"}});
}

bool is_over(const Json& job) { return job["status"] == "COMPLETED" || job["status"] == "FAILED"; }

/// With an agent Ctrl-C leaves the job alone; without one it stops, and the next agent goes on with it.
Result<Json> wait_for_job(Invocation& invocation, const Json& id) {
  SignalCancel signals;
  ProgressLine line("table recover");
  for (;;) {
    SEABED_TRY(const Json jobs, invocation.call("table/status", {{"job_id", id}}));
    if (jobs.empty()) return fail(Code::kNotFound, "table restore job " + id.dump(), "is not known any more");
    if (is_over(jobs[0])) return jobs[0];
    Progress p = progress_of(jobs[0]["progress"]);
    p.phase = json_word(jobs[0]["phase"]) + (p.phase.empty() ? "" : " " + p.phase);
    line.show(p);
    if (signals.token().wait_for(std::chrono::milliseconds(50)))
      return fail(Code::kCancelled, "waiting for table restore job " + id.dump(),
                  "interrupted; the job goes on", "`seabed table status`, `seabed table cancel`");
  }
}

Result<int> to_tenant(Invocation& invocation, const TableRequest& request) {
  SEABED_TRY(const Json begun, invocation.call("table/recover", job_arguments(invocation, request)));
  if (invocation.has("no-wait") && invocation.through_agent())
    return invocation.answer(
        begun, [&] { return "table restore job " + begun["job_id"].dump() + " is submitted\n"; });
  SEABED_TRY(const Json job, wait_for_job(invocation, begun["job_id"]));
  const int status = invocation.answer(job, [&] { return job_text(job); });
  if (job["status"] == "COMPLETED" && job["result"] == "SUCCESS") return status;
  return fail(job["comment"] == "canceled" ? Code::kCancelled : Code::kConflict,
              "table restore job " + begun["job_id"].dump(), json_word(job["comment"]),
              "`seabed table status` has each table's reason");
}

Result<int> cancel(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("table/cancel", {{"tenant", invocation.text("tenant")}}));
  for (const Json& id : answer["cancelled_jobs"]) SEABED_CHECK(wait_for_job(invocation, id));
  return invocation.answer(answer, [&] { return "cancelled: " + answer["cancelled_jobs"].dump() + "\n"; });
}

Result<int> status(Invocation& invocation) {
  Json args = Json::object();
  if (invocation.has("tenant")) args["tenant"] = invocation.text("tenant");
  SEABED_TRY(const Json answer, invocation.call("table/status", args));
  return invocation.answer(answer, [&] {
    std::string out;
    for (const Json& job : answer) out += (out.empty() ? "" : "\n") + job_text(job);
    return out.empty() ? "no table restore was made\n" : out;
  });
}

Result<int> recover(Invocation& invocation) {
  const int places = invocation.has("to-directory") + invocation.has("to-sst") + invocation.has("to-tenant");
  const bool look = invocation.has("preview") || invocation.has("dry-run");
  if (places > 1 || (places == 0 && !look))
    return fail(Code::kInvalidArgument, "seabed table recover",
                "wants one of --to-tenant, --to-directory, --to-sst", "see `seabed table recover --help`");
  SEABED_TRY(const TableRequest request, read_request(invocation));
  if (invocation.has("to-tenant") && !look) return to_tenant(invocation, request);
  SEABED_TRY(Machine * machine, invocation.machine());
  if (look) return preview(invocation, *machine, request);
  return to_directory(invocation, *machine, request);
}

/// The process of one piece of work (core/engine/table/table_work.h): a request on standard input, the answer
/// on standard output. Ends with the process that asked.
Result<int> work(Invocation& invocation) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string request{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  SEABED_TRY(Machine * machine, invocation.machine());
  std::cout << table::answer_work(machine->context(), table_parts_here(), request) << std::flush;
  return 0;
}

}  // namespace

std::vector<Verb> table_verbs() {
  Verb recover_verb{
      "table",
      "recover",
      "Restore single tables to a point in time",
      "Through an auxiliary tenant that reads what the tables need. A table is a column family (its "
      "database\n"
      "is the log stream's directory name) or an SQL table of MyRocks. docs/table-restore.md has each way.",
      {"seabed table recover --from file:///backup/shop/data --from file:///backup/shop/archive --table "
       "'orders.items' --to-directory /srv/items",
       "seabed table recover --from … --from … --table 'shop.*' --until-time '2026-11-23 10:15:00' "
       "--to-sst /srv/shop-sst",
       "seabed table recover --from … --from … --table shop.items --remap-table shop.items:shop.items_old "
       "--to-tenant shop"},
      {},
      recover};
  auto& options = recover_verb.options;
  for (auto& option : uri_options("from", OptionSpec::kList, "a data or archive destination"))
    options.push_back(option);
  for (auto& option : key_options()) options.push_back(option);
  options.push_back(
      {OptionSpec::kList, "table", "DB.TABLE", "also DB.* and *.*; backticks quote a part", true});
  options.push_back({OptionSpec::kText, "until-time", "'YYYY-MM-DD HH:MI:SS[.f]'", "inclusive"});
  options.push_back({OptionSpec::kNumber, "until-scn", "SCN", "inclusive, nanoseconds since the epoch"});
  options.push_back({OptionSpec::kText, "to-tenant", "NAME",
                     "a tenant of this installation: MyRocks' running server, RocksDB's closed database"});
  options.push_back(
      {OptionSpec::kText, "to-directory", "DIR", "new: a database for each stream, with these tables"});
  options.push_back(
      {OptionSpec::kText, "to-sst", "DIR", "new: SST files to ingest, for seabed::import_table"});
  options.push_back(
      {OptionSpec::kList, "remap-table", "DB.TABLE:DB2.TABLE2", "another name at the target; DB.*:DB2.*"});
  options.push_back({OptionSpec::kNumber, "concurrency", "N", "threads of the auxiliary restore (2)"});
  options.push_back({OptionSpec::kText, "description", "TEXT", "kept with the job"});
  options.push_back({OptionSpec::kFlag, "no-wait", "", "of --to-tenant: leave the job to the agent"});
  options.push_back({OptionSpec::kFlag, "preview", "", "only say what would be used"});
  options.push_back({OptionSpec::kFlag, "dry-run", "", "the same"});
  return {recover_verb,
          {"table",
           "cancel",
           "Cancel a tenant's table restores; tables already imported stay",
           "",
           {"seabed table cancel --tenant shop"},
           {tenant_option()},
           cancel},
          {"table",
           "status",
           "Table restores and their tables, newest first",
           "",
           {"seabed table status --output json"},
           {{OptionSpec::kText, "tenant", "NAME", "only into this one"}},
           status},
          {"table", "work", "Internal: a worker process of a table restore", "", {}, {}, work}};
}

}  // namespace seabed
