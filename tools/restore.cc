// seabed restore
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/engine/restore/tenant_restore.h"
#include "tools/agent/progress_json.h"
#include "tools/agent/restore_json.h"
#include "tools/cli/invocation.h"
#include "tools/cli/key_input.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/signals.h"
#include "tools/cli/text_table.h"
#include "tools/cli/until_input.h"
#include "tools/cli/uri_input.h"
#include "tools/config/machine.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<RestoreRequest> read_request(Invocation& invocation) {
  RestoreRequest request;
  SEABED_TRY(request.until, read_until(invocation, "seabed restore"));
  request.preview = invocation.has("preview");
  request.directory = invocation.text("directory");
  if (request.directory.empty() && !request.preview)
    return fail(Code::kInvalidArgument, "--directory", "is missing",
                "give a new absolute directory, or --preview");
  if (!request.directory.empty() && request.directory[0] != '/')
    return fail(Code::kInvalidArgument, "--directory " + request.directory, "is not an absolute path");
  while (request.directory.size() > 1 && request.directory.back() == '/') request.directory.pop_back();
  request.tenant_name = invocation.text("tenant");
  SEABED_TRY(uint64_t concurrency, invocation.number("concurrency", 2));
  if (concurrency < 1 || concurrency > 256)
    return fail(Code::kInvalidArgument, "--concurrency", "is not from 1 to 256");
  request.concurrency = concurrency;
  const std::string method = invocation.text("method", "full");
  if (method != "full" && method != "quick")
    return fail(Code::kInvalidArgument, "--method " + method, "is neither full nor quick");
  request.quick = method == "quick";
  request.own_library = invocation.has("own-library");
  SEABED_TRY(request.source.uris, read_uris(invocation, "from"));
  SEABED_TRY(request.source.keys, read_keys(invocation));
  return request;
}

std::string outcome_text(const Json& json) {
  std::string out = std::string(json["preview"] == true ? "would restore" : "restored") + " to " +
                    json_word(json["target_display"]) + " (SCN " + json["target_scn"].dump() + ")\n";
  for (const Json& set : json["backup_sets"]) out += "  BACKUP_SET    " + json_word(set) + "\n";
  for (const Json& piece : json["pieces"]) out += "  BACKUP_PIECE  " + json_word(piece) + "\n";
  out += "  data " + bytes_text(json["data_bytes"]) + ", log " + bytes_text(json["log_bytes"]) + "\n";
  if (!json["streams"].empty())
    out += json_table(json["streams"], {{"ls_id", "LS"},
                                        {"directory", "STAGED IN"},
                                        {"scn_lo", "SCN_LO"},
                                        {"scn_hi", "SCN_HI"},
                                        {"stamp", "STAMP"}});
  out +=
      "bound across streams: " + (json["bound_ns"].is_null() ? "unknown" : json["bound_ns"].dump() + " ns") +
      "\n";
  for (const auto& [name, value] : json["parameters"].items())
    out += "the source had the parameter " + name + " = " + json_word(value) + "\n";
  for (const Json& line : json["not_restored"]) out += "not restored: " + json_word(line) + "\n";
  for (const Json& line : json["warnings"]) out += "warning: " + json_word(line) + "\n";
  if (json["preview"] == false && json["method"] != "quick")
    out += "a standby: `seabed tenant activate --directory …` makes it a database\n";
  return out;
}

/// Without a job: neither catalog nor agent, only this process and the directory.
Result<Json> restore_here(Invocation& invocation, const RestoreRequest& request, const CancelToken& cancel) {
  SEABED_TRY(Machine * machine, invocation.machine());
  ProgressLine line("restore");
  SEABED_TRY(const RestoreOutcome outcome, run_restore(machine->context(), request,
                                                       [&](const Progress& p) { line.show(p); }, cancel));
  Json answer = outcome_json(outcome, request.preview);
  answer["method"] = request.quick ? "quick" : "full";
  return answer;
}

Json job_arguments(const Invocation& invocation, const RestoreRequest& request) {
  const KeyAccess& keys = request.source.keys;
  Json args = {{"tenant", request.tenant_name},
               {"uris", request.source.uris},
               {"directory", request.directory},
               {"description", invocation.text("description")},
               {"own_library", request.own_library},
               {"options", {{"concurrency", request.concurrency}, {"method", request.quick ? "quick" : "full"}}},
               {"passwords", keys.passwords},
               {"key_uri", keys.key_uri},
               {"key_password", keys.key_password}};
  if (request.until.kind == RestoreTargetPoint::Kind::kScn) args["until"] = {{"scn", request.until.scn}};
  if (request.until.kind == RestoreTargetPoint::Kind::kTime) args["until"] = {{"time", request.until.time}};
  return args;
}

/// The agent's job goes on when the waiting is interrupted.
Result<Json> wait_for_job(Invocation& invocation, const Json& id, const CancelToken& cancel) {
  ProgressLine line("restore");
  for (;;) {
    SEABED_TRY(const Json jobs, invocation.call("restore/status", {{"job_id", id}}));
    if (jobs.empty()) return fail(Code::kNotFound, "restore job " + id.dump(), "is not known any more");
    const Json& job = jobs[0];
    if (job["status"] == "RESTORE_SUCCESS" || job["status"] == "RESTORE_FAIL") return job;
    if (job["progress"].is_object()) line.show(progress_of(job["progress"]));
    if (cancel.wait_for(std::chrono::milliseconds(50)))
      return fail(Code::kCancelled, "waiting for restore job " + id.dump(), "interrupted; the job goes on",
                  "`seabed restore status`, `seabed restore cancel`");
  }
}

/// A restore with a name is a job: its tenant stands in the catalog. The agent runs it, or else this process.
Result<Json> restore_as_job(Invocation& invocation, const RestoreRequest& request, const CancelToken& cancel) {
  SEABED_TRY(const Json made, invocation.call("restore/start", job_arguments(invocation, request)));
  if (!invocation.through_agent()) {
    SEABED_TRY(Machine * machine, invocation.machine());
    ProgressLine line("restore");
    SEABED_CHECK(run_restore_job(machine->context(), made["job_id"], [&](const Progress& p) { line.show(p); }, cancel));
  } else if (invocation.has("no-wait")) {
    return made;
  }
  SEABED_TRY(const Json job, wait_for_job(invocation, made["job_id"], cancel));
  if (job["status"] == "RESTORE_FAIL")
    return fail(Code::kConflict, "restore job " + job["job_id"].dump(), json_word(job["comment"]),
                "`seabed restore status` has the whole story");
  Json answer = job["outcome"];
  answer["job_id"] = job["job_id"], answer["tenant"] = job["tenant"];
  return answer;
}

Result<int> restore(Invocation& invocation) {
  SignalCancel signals;
  SEABED_TRY(auto request, read_request(invocation));
  const bool job = !request.preview && !request.tenant_name.empty() && invocation.has_catalog();
  SEABED_TRY(const Json answer, job ? restore_as_job(invocation, request, signals.token())
                                    : restore_here(invocation, request, signals.token()));
  return invocation.answer(answer, [&] {
    return answer.contains("target_scn") ? outcome_text(answer)
                                         : "restore job " + answer["job_id"].dump() + " of tenant " +
                                               json_word(answer["tenant"]) + ": `seabed restore status`\n";
  });
}

Result<int> status(Invocation& invocation) {
  Json args = Json::object();
  if (invocation.has("tenant")) args["tenant"] = invocation.text("tenant");
  SEABED_TRY(const Json answer, invocation.call("restore/status", args));
  return invocation.answer(answer, [&] {
    return json_table(answer, {{"job_id", "JOB"},
                               {"tenant", "TENANT"},
                               {"status", "STATUS"},
                               {"tenant_status", "TENANT'S"},
                               {"restore_scn_display", "TARGET"},
                               {"finish_bytes", "BYTES"},
                               {"total_bytes", "OF"},
                               {"left_seconds", "SECONDS LEFT"},
                               {"comment", "COMMENT"}});
  });
}

/// What a cancel would take away.
Result<int> preview_cancel(Invocation& invocation) {
  SEABED_TRY(const Json jobs, invocation.call("restore/status", {{"tenant", invocation.text("tenant")}}));
  for (const Json& job : jobs) {
    if (job["status"] == "RESTORE_SUCCESS" || job["status"] == "RESTORE_FAIL") continue;
    return invocation.answer(
        {{"tenant", job["tenant"]}, {"job_id", job["job_id"]}, {"directory", job["directory"]}, {"dry_run", true}}, [&] {
          return "restore job " + job["job_id"].dump() + " would be canceled, and what it wrote into " +
                 json_word(job["directory"]) + " removed (dry run: nothing was touched)\n";
        });
  }
  return fail(Code::kConflict, "tenant " + invocation.text("tenant"), "no restore of it is running",
              "`seabed restore status`");
}

Result<int> cancel(Invocation& invocation) {
  if (invocation.has("dry-run")) return preview_cancel(invocation);
  SEABED_TRY(const Json answer, invocation.call("restore/cancel", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer, [&] { return "canceled: nothing of " + invocation.text("tenant") + " is left\n"; });
}

}  // namespace

std::vector<Verb> restore_verbs() {
  Verb verb{"restore",
            "",
            "Restore a tenant from its two destinations to a new directory",
            "Needs neither an agent nor a catalog: the media alone are enough. Without --until-… the latest "
            "archived point\n"
            "is restored. Times are read in the tenant's time zone. The result is a standby that no program "
            "can open as a\n"
            "database until `seabed tenant activate`. With --tenant, where there is a catalog, it is a job (of the agent "
            "when\none runs): the tenant is listed, and `seabed standby recover` takes it further.",
            {"seabed restore --from file:///backup/shop/data --from file:///backup/shop/archive --directory "
             "/srv/shop",
             "seabed restore --from … --from … --until-time '2026-11-23 10:15:00' --directory /srv/shop",
             "seabed restore --from … --from … --until-scn 1795428900000000000 --preview"},
            {},
            restore};
  for (auto& option : uri_options("from", OptionSpec::kList, "a data or archive destination"))
    verb.options.push_back(option);
  verb.options.push_back(
      {OptionSpec::kText, "directory", "DIR", "new; gets a directory for each log stream"});
  verb.options.push_back({OptionSpec::kText, "until-time", "'YYYY-MM-DD HH:MI:SS[.f]'", "inclusive"});
  verb.options.push_back({OptionSpec::kNumber, "until-scn", "SCN", "inclusive, nanoseconds since the epoch"});
  verb.options.push_back({OptionSpec::kText, "tenant", "NAME", "name of the restored tenant"});
  verb.options.push_back({OptionSpec::kNumber, "concurrency", "N", "threads (2)"});
  verb.options.push_back({OptionSpec::kText, "method", "full|quick",
                          "quick: data files stay on the medium and are read from there; a standby only"});
  verb.options.push_back({OptionSpec::kFlag, "own-library", "",
                          "the application brings its own RocksDB, newer than this host's: files are only placed"});
  verb.options.push_back({OptionSpec::kFlag, "preview", "", "only say what would be used"});
  verb.options.push_back({OptionSpec::kText, "description", "TEXT", "kept with the job"});
  verb.options.push_back({OptionSpec::kFlag, "no-wait", "", "leave the job to the agent"});
  for (auto& option : key_options()) verb.options.push_back(option);
  Verb status_verb{"restore", "status", "Restore jobs, newest first, with what they have left", "",
                   {"seabed restore status", "seabed restore status --tenant shop2"},
                   {{OptionSpec::kText, "tenant", "NAME", "of the restored tenant only"}}, status};
  Verb cancel_verb{"restore", "cancel", "Cancel a running restore; nothing of it stays", "",
                   {"seabed restore cancel --tenant shop2"},
                   {tenant_option(), {OptionSpec::kFlag, "dry-run", "", "say what would be removed; touch nothing"}},
                   cancel};
  return {status_verb, cancel_verb, verb};
}

}  // namespace seabed
