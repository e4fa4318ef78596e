#include "tools/backup_start.h"

#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>

#include "core/engine/engine.h"
#include "tools/agent/progress_json.h"
#include "tools/cli/invocation.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/secret_input.h"
#include "tools/cli/signals.h"
#include "tools/cli/text_table.h"
#include "tools/config/machine.h"

namespace seabed {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kFirstLooks{4}, kLastLooks{100};   // over a local socket: a short job is not kept waiting, a long one not asked much

bool finished(const Json& job) {
  return job["status"] == "COMPLETED" || job["status"] == "FAILED" || job["status"] == "CANCELED";
}

/// Ctrl-C while waiting leaves the job alone when an agent runs it.
Result<Json> wait_for(Invocation& invocation, Json job, const CancelToken& cancel) {
  ProgressLine line("backup");
  const Json which = {{"job_id", job["job_id"]}};
  const auto begun = std::chrono::steady_clock::now();
  while (!finished(job)) {
    line.show(progress_of(job["progress"]));
    const auto waited = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
    if (cancel.wait_for(std::clamp(waited / 16, kFirstLooks, kLastLooks)))
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

}  // namespace

Result<int> start_backup(Invocation& invocation) {
  SignalCancel signals;
  Json arguments = {{"tenant", invocation.text("tenant")},
                    {"incremental", invocation.has("incremental")},
                    {"plus_archivelog", invocation.has("plus-archivelog")},
                    {"description", invocation.text("description")}};
  if (invocation.has("password-file")) {
    SEABED_TRY(arguments["encryption_password"], read_secret_file(invocation.text("password-file"), "--password-file"));
  }
  SEABED_TRY(Json job, invocation.call("backup/start", arguments));
  if (!invocation.through_agent()) {
    SEABED_TRY(job, run_here(invocation, job, signals.token()));
  } else if (invocation.has("wait")) {
    SEABED_TRY(job, wait_for(invocation, job, signals.token()));
  }
  if (finished(job)) SEABED_CHECK(check_outcome(job));
  return invocation.answer(job, [&] { return job_text(job); });
}

}  // namespace seabed
