// seabed clean policy-add|policy-drop|policies|run|delete-set|delete-piece|cancel|status
#include <charconv>
#include <nlohmann/json.hpp>

#include "tools/cli/invocation.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/signals.h"
#include "tools/cli/text_table.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<int> policy_add(Invocation& invocation) {
  SEABED_TRY(Json answer,
             invocation.call("clean/add-policy", {{"tenant", invocation.text("tenant")},
                                                  {"policy", invocation.text("policy", "default")},
                                                  {"recovery_window", invocation.text("window")}}));
  return invocation.answer(answer, [&] { return json_lines(answer); });
}

Result<int> policy_drop(Invocation& invocation) {
  SEABED_TRY(Json answer,
             invocation.call("clean/drop-policy", {{"tenant", invocation.text("tenant")},
                                                   {"policy", invocation.text("policy", "default")}}));
  return invocation.answer(answer, [&] { return "dropped policy " + json_word(answer["policy"]) + "\n"; });
}

Result<int> policies(Invocation& invocation) {
  Json args = Json::object();
  if (invocation.has("tenant")) args["tenant"] = invocation.text("tenant");
  SEABED_TRY(Json answer, invocation.call("clean/policies", args));
  return invocation.answer(answer, [&] {
    return json_table(answer, {{"tenant", "TENANT"}, {"policy", "POLICY"}, {"recovery_window", "WINDOW"}});
  });
}

std::string explanation_text(const Json& answer) {
  Json rows = answer["items"];
  for (Json& row : rows) row["bytes"] = bytes_text(row["bytes"].get<uint64_t>());
  std::string out = json_table(
      rows, {{"kind", "KIND"}, {"id", "ID"}, {"action", "ACTION"}, {"bytes", "BYTES"}, {"reason", "REASON"}});
  if (answer.contains("policy"))
    out += "window begins  " + json_word(answer["expired_point_display"]) + "\nclean point    set " +
           json_word(answer["clean_point_set"]) + "\n";
  return out + json_word(answer["summary"]) + " (dry run: nothing was touched)\n";
}

std::string job_text(const Json& job) {
  std::string out = "cleanup job " + job["job_id"].dump() + ": " + json_word(job["status"]) + ", " +
                    job["success_task_count"].dump() + " of " + job["task_count"].dump() + " deleted, " +
                    bytes_text(job["deleted_bytes"]) + "\n";
  if (!job["tasks"].empty())
    out += json_table(job["tasks"], {{"kind", "KIND"},
                                     {"id", "ID"},
                                     {"status", "STATUS"},
                                     {"deleted_files", "FILES"},
                                     {"deleted_bytes", "BYTES"},
                                     {"comment", "COMMENT"}});
  if (!json_word(job["comment"]).empty()) out += json_word(job["comment"]) + "\n";
  return out;
}

bool finished(const Json& job) {
  return job["status"] == "COMPLETED" || job["status"] == "FAILED" || job["status"] == "CANCELED";
}

/// A job that did not end well is an error with the exit status of its reason.
Status check_outcome(const Json& job) {
  if (job["status"] == "COMPLETED") return ok();
  const int64_t result = job["result"];
  const bool known = result >= 4000 && result <= 4000 + static_cast<int64_t>(Code::kInternal);
  Error error{known ? static_cast<Code>(result - 4000) : Code::kConflict,
              "cleanup job " + job["job_id"].dump(),
              json_word(job["status"]) + ": " + json_word(job["comment"]),
              "`seabed clean status` has the whole story",
              0,
              known ? 0 : static_cast<int>(result)};
  if (job["status"] == "CANCELED") error.code = Code::kCancelled;
  return fail(std::move(error));
}

/// Without an agent the job runs in this process: its end is awaited in any case. Ctrl-C leaves an agent's
/// job alone, and ours as it is: the next run goes on with it.
Result<Json> wait_for(Invocation& invocation, Json job, const std::string& tenant,
                      const CancelToken& cancel) {
  ProgressLine line("cleanup");
  const Json which = {{"tenant", tenant}, {"job_id", job["job_id"]}};
  while (!finished(job)) {
    line.show({job["deleted_bytes"], job["total_bytes"], job["success_task_count"], job["task_count"],
               job["status"].get<std::string>()});
    if (cancel.wait_for(std::chrono::milliseconds(20)))
      return fail(Code::kCancelled, "waiting for cleanup job " + which["job_id"].dump(), "interrupted",
                  "`seabed clean status`, `seabed clean cancel`");
    SEABED_TRY(Json jobs, invocation.call("clean/status", which));
    job = jobs.at(0);
  }
  return job;
}

Result<int> start(Invocation& invocation, const std::string& call, Json arguments) {
  SignalCancel signals;
  arguments["tenant"] = invocation.text("tenant");
  arguments["dry_run"] = invocation.has("dry-run");
  SEABED_TRY(Json answer, invocation.call(call, arguments));
  if (invocation.has("dry-run")) return invocation.answer(answer, [&] { return explanation_text(answer); });
  if (!invocation.through_agent() || invocation.has("wait")) {
    SEABED_TRY(answer, wait_for(invocation, answer, invocation.text("tenant"), signals.token()));
  }
  if (finished(answer)) SEABED_CHECK(check_outcome(answer));
  return invocation.answer(answer, [&] { return job_text(answer); });
}

Result<int> run(Invocation& invocation) {
  return start(invocation, "clean/run", {{"accept_clock", invocation.has("accept-clock")}});
}

Result<Json> read_ids(Invocation& invocation) {
  Json ids = Json::array();
  for (const std::string& word : invocation.list("id")) {
    uint64_t id = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc() || end != word.data() + word.size())
      return fail(Code::kInvalidArgument, "--id " + word.substr(0, 40), "is no number",
                  "as `seabed backup list` shows them");
    ids.push_back(id);
  }
  return ids;
}

Result<int> delete_by_id(Invocation& invocation, const std::string& call) {
  SEABED_TRY(Json ids, read_ids(invocation));
  return start(invocation, call, {{"ids", ids}, {"description", invocation.text("description")}});
}

Result<int> cancel(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("clean/cancel", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer,
                           [&] { return "cancelled cleanup job " + answer["cancelled_job"].dump() + "\n"; });
}

Result<int> status(Invocation& invocation) {
  Json args = Json::object();
  if (invocation.has("tenant")) args["tenant"] = invocation.text("tenant");
  SEABED_TRY(Json answer, invocation.call("clean/status", args));
  return invocation.answer(answer, [&] {
    return json_table(answer, {{"job_id", "JOB"},
                               {"tenant", "TENANT"},
                               {"type", "TYPE"},
                               {"status", "STATUS"},
                               {"start_time", "START"},
                               {"end_time", "END"},
                               {"success_task_count", "DONE"},
                               {"task_count", "OF"},
                               {"comment", "COMMENT"}});
  });
}

}  // namespace

std::vector<Verb> clean_verbs() {
  const OptionSpec policy{OptionSpec::kText, "policy", "NAME",
                          "default (sets and log), or log_only for a tenant without backups"};
  const OptionSpec dry_run{OptionSpec::kFlag, "dry-run", "",
                           "explain every keep and every delete; touch nothing"};
  const OptionSpec wait{OptionSpec::kFlag, "wait", "", "until it has ended, with progress"};
  const OptionSpec ids{OptionSpec::kList, "id", "N", "may be given several times", true};
  const OptionSpec description{OptionSpec::kText, "description", "TEXT", "kept with the job"};
  return {{"clean",
           "policy-add",
           "Give a tenant a cleanup policy",
           "",
           {"seabed clean policy-add --tenant shop --window 7d"},
           {tenant_option(),
            policy,
            {OptionSpec::kText, "window", "TIME", "recovery window: 7d, 36h; left out: nothing expires"}},
           policy_add},
          {"clean",
           "policy-drop",
           "Take a tenant's cleanup policy away",
           "",
           {"seabed clean policy-drop --tenant shop"},
           {tenant_option(), policy},
           policy_drop},
          {"clean",
           "policies",
           "Cleanup policies",
           "",
           {"seabed clean policies --output json"},
           {{OptionSpec::kText, "tenant", "NAME", "only this one's"}},
           policies},
          {"clean",
           "run",
           "Delete what the policy no longer keeps, now",
           "The agent does so every hour. --dry-run explains every keep and every delete.",
           {"seabed clean run --tenant shop --dry-run", "seabed clean run --tenant shop --wait"},
           {tenant_option(),
            dry_run,
            wait,
            {OptionSpec::kFlag, "accept-clock", "", "the machine's clock jumped, and is right now"}},
           run},
          {"clean",
           "delete-set",
           "Delete backup sets by id",
           "Refused for what a later set, a reader or the last restore needs, and where a policy cleans.",
           {"seabed clean delete-set --tenant shop --id 1 --id 2 --dry-run"},
           {tenant_option(), ids, dry_run, wait, description},
           [](Invocation& invocation) { return delete_by_id(invocation, "clean/delete-sets"); }},
          {"clean",
           "delete-piece",
           "Delete archive pieces by id, from the oldest on",
           "",
           {"seabed clean delete-piece --tenant shop --id 1"},
           {tenant_option(), ids, dry_run, wait, description},
           [](Invocation& invocation) { return delete_by_id(invocation, "clean/delete-pieces"); }},
          {"clean",
           "cancel",
           "Stop a running cleanup",
           "What is half deleted stays DELETING; the next run goes on with it.",
           {"seabed clean cancel --tenant shop"},
           {tenant_option()},
           cancel},
          {"clean",
           "status",
           "Cleanups, running and ended",
           "",
           {"seabed clean status --tenant shop --output json"},
           {{OptionSpec::kText, "tenant", "NAME", "only this one's"}},
           status}};
}

}  // namespace seabed
