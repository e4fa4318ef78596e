// seabed backup set-dest|start|status|list|cancel
#include <nlohmann/json.hpp>
#include <thread>

#include "core/engine/engine.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/signals.h"
#include "tools/cli/text_table.h"
#include "tools/cli/uri_input.h"
#include "tools/config/machine.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<int> set_dest(Invocation& invocation) {
  const std::string tenant = invocation.text("tenant");
  if (invocation.has("clear")) {
    SEABED_TRY(Json answer, invocation.call("backup/clear-dest", {{"tenant", tenant}}));
    return invocation.answer(answer, [] { return std::string("no data destination is set any more\n"); });
  }
  SEABED_TRY(std::string uri, read_uri(invocation, "location"));
  SEABED_TRY(Json answer, invocation.call("backup/set-dest", {{"tenant", tenant}, {"uri", uri}}));
  return invocation.answer(answer, [&] { return json_lines(answer); });
}

bool finished(const Json& job) {
  return job["status"] == "COMPLETED" || job["status"] == "FAILED" || job["status"] == "CANCELED";
}

Progress progress_of(const Json& job) {
  const Json& p = job["progress"];
  return {p["done_bytes"], p["total_bytes"], p["done_items"], p["total_items"], p["phase"]};
}

/// Ctrl-C while waiting leaves the job alone when an agent runs it.
Result<Json> wait_for(Invocation& invocation, Json job, const CancelToken& cancel) {
  ProgressLine line("backup");
  const Json which = {{"job_id", job["job_id"]}};
  while (!finished(job)) {
    line.show(progress_of(job));
    if (cancel.wait_for(std::chrono::milliseconds(100)))
      return fail(Code::kCancelled, "waiting for backup job " + which["job_id"].dump(),
                  "interrupted; the job goes on", "`seabed backup status`, `seabed backup cancel`");
    SEABED_TRY(job, invocation.call("backup/job", which));
  }
  return job;
}

/// Without an agent the job runs here, archiving included.
Result<Json> run_here(Invocation& invocation, const Json& job, const CancelToken& cancel) {
  SEABED_TRY(Machine * machine, invocation.machine());
  SEABED_TRY(Engine * engine, machine->engine());
  ProgressLine line("backup");
  auto done = engine->run_backup_here(
      job["job_id"], [&](const Progress& p) { line.show(p); }, cancel);
  engine->stop();
  if (!done) return fail(done.error());
  return invocation.call("backup/job", {{"job_id", job["job_id"]}});
}

/// A job that did not end well is an error with the exit status of its reason.
Status check_outcome(const Json& job) {
  if (job["status"] == "COMPLETED") return ok();
  int64_t result = job["result"];
  bool known = result >= 4000 && result <= 4000 + static_cast<int64_t>(Code::kInternal);
  Error error{known ? static_cast<Code>(result - 4000) : Code::kConflict,
              "backup job " + job["job_id"].dump(),
              json_word(job["status"]) + ": " + json_word(job["comment"]),
              "`seabed backup status` has the whole story",
              0,
              known ? 0 : static_cast<int>(result)};
  if (job["status"] == "CANCELED") error.code = Code::kCancelled;
  return fail(std::move(error));
}

std::string job_text(const Json& job) {
  std::string out = "backup job " + job["job_id"].dump() + ": " + json_word(job["status"]) + ", set " +
                    job["backup_set_id"].dump() + (job["backup_type"] == "D" ? " (full)" : " (incremental)");
  if (job.contains("output_bytes"))
    out += ", " + bytes_text(job["input_bytes"]) + " read, " + bytes_text(job["output_bytes"]) + " written";
  if (job.contains("min_restore_scn_display") && !job["min_restore_scn_display"].is_null())
    out += "; restorable from " + json_word(job["min_restore_scn_display"]);
  return out + "\n";
}

Result<int> start(Invocation& invocation) {
  SignalCancel signals;
  Json arguments = {{"tenant", invocation.text("tenant")},
                    {"incremental", invocation.has("incremental")},
                    {"description", invocation.text("description")}};
  SEABED_TRY(Json job, invocation.call("backup/start", arguments));
  if (!invocation.through_agent()) {
    SEABED_TRY(job, run_here(invocation, job, signals.token()));
  } else if (invocation.has("wait")) {
    SEABED_TRY(job, wait_for(invocation, job, signals.token()));
  }
  if (finished(job)) SEABED_CHECK(check_outcome(job));
  return invocation.answer(job, [&] { return job_text(job); });
}

Result<int> status(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("backup/status", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer, [&] {
    return json_table(answer, {{"job_id", "JOB"},
                               {"backup_set_id", "SET"},
                               {"backup_type", "TYPE"},
                               {"status", "STATUS"},
                               {"phase", "PHASE"},
                               {"start_time", "START"},
                               {"end_time", "END"},
                               {"comment", "COMMENT"}});
  });
}

Result<int> list(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("backup/list", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer, [&] {
    return json_table(answer, {{"backup_set_id", "SET"},
                               {"backup_type", "TYPE"},
                               {"status", "STATUS"},
                               {"file_status", "FILES"},
                               {"start_time", "START"},
                               {"min_restore_scn_display", "RESTORABLE FROM"},
                               {"output_bytes", "BYTES"},
                               {"comment", "COMMENT"}});
  });
}

Result<int> cancel(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("backup/cancel", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer,
                           [&] { return "cancelled jobs: " + answer["cancelled_jobs"].dump() + "\n"; });
}

Verb set_dest_verb() {
  Verb verb{"backup",
            "set-dest",
            "Where the backup sets of a tenant go",
            "The directory must be empty or hold this tenant's own format.obbak, and not be the archive's. "
            "After a change\n"
            "the next backup is a full one.",
            {"seabed backup set-dest --tenant shop --location file:///backup/shop/data",
             "seabed backup set-dest --tenant shop --location - < shop.uri"},
            {tenant_option()},
            set_dest};
  for (auto& option : uri_options("location", OptionSpec::kText, "the destination"))
    verb.options.push_back(option);
  verb.options.push_back({OptionSpec::kFlag, "clear", "", "no destination any more; nothing is deleted"});
  return verb;
}

}  // namespace

std::vector<Verb> backup_verbs() {
  return {
      set_dest_verb(),
      {"backup",
       "start",
       "Start a full or incremental backup",
       "Refused unless archiving is DOING (9040) and no other backup of the tenant runs (9036). An "
       "incremental without\n"
       "a usable parent at this destination becomes a full one.",
       {"seabed backup start --tenant shop --wait", "seabed backup start --tenant shop --incremental --wait"},
       {tenant_option(),
        {OptionSpec::kFlag, "incremental", "", "copy only what no set of the chain holds"},
        {OptionSpec::kFlag, "wait", "", "until it is finished; the exit status says how"},
        {OptionSpec::kText, "description", "TEXT", "kept with the job"}},
       start},
      {"backup",
       "status",
       "Jobs of a tenant, newest first",
       "",
       {"seabed backup status --tenant shop"},
       {tenant_option()},
       status},
      {"backup",
       "list",
       "Backup sets of a tenant",
       "",
       {"seabed backup list --tenant shop"},
       {tenant_option()},
       list},
      {"backup",
       "cancel",
       "Cancel the running backup of a tenant",
       "",
       {"seabed backup cancel --tenant shop"},
       {tenant_option()},
       cancel}};
}

}  // namespace seabed
