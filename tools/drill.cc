// seabed drill run|status|cancel|verify|key|scan
#include <signal.h>
#include <sys/prctl.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "core/base/fd.h"
#include "core/engine/drill/drill.h"
#include "core/engine/drill/report.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/signals.h"
#include "tools/cli/text_table.h"
#include "tools/cli/uri_input.h"
#include "tools/config/machine.h"
#include "tools/nouns.h"
#include "tools/reads/scan_child.h"

namespace seabed {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{50};

bool over(const Json& drill) { return drill["status"] != "RESTORING" && drill["status"] != "SCANNING"; }

Progress progress_of(const Json& drill) {
  const bool bytes = drill["status"] == "RESTORING";
  Progress out;
  (bytes ? out.done_bytes : out.done_items) = drill["done"];
  (bytes ? out.total_bytes : out.total_items) = drill["total"];
  out.phase = bytes ? "restoring" : "scanning, rows";
  if (drill["seconds_left"].is_number()) out.phase += " (" + drill["seconds_left"].dump() + " s left)";
  return out;
}

/// Ctrl-C leaves an agent's drill alone; without an agent the drill is cancelled.
Result<Json> wait_for(Invocation& invocation, Json drill, const CancelToken& cancel) {
  ProgressLine line("drill");
  const Json which = {{"tenant", drill["tenant"]}, {"drill_id", drill["drill_id"]}};
  bool asked = false;
  while (!over(drill)) {
    line.show(progress_of(drill));
    if (!asked && cancel.wait_for(kBetweenLooks)) {
      if (invocation.through_agent())
        return fail(Code::kCancelled, "waiting for drill " + which["drill_id"].dump(),
                    "interrupted; the drill goes on", "`seabed drill status`, `seabed drill cancel`");
      asked = true;
      (void)invocation.call("drill/cancel", which);
    }
    SEABED_TRY(Json rows, invocation.call("drill/status", which));
    if (rows.empty())
      return fail(Code::kNotFound, "drill " + which["drill_id"].dump(), "is not in the catalog");
    drill = rows[0];
  }
  return drill;
}

/// A drill that did not pass is an error with the exit status of its reason.
Status check_outcome(const Json& drill) {
  if (drill["status"] == "PASSED") return ok();
  const int64_t result = drill["result"];
  const bool known = result >= 4000 && result <= 4000 + static_cast<int64_t>(Code::kInternal);
  Error error{known ? static_cast<Code>(result - 4000) : Code::kConflict,
              "drill " + drill["drill_id"].dump() + " of tenant " + json_word(drill["tenant"]),
              json_word(drill["status"]) + ": " + json_word(drill["comment"]),
              drill["report"] == "" ? "`seabed drill status`" : "its report: " + json_word(drill["report"]),
              0,
              known ? 0 : static_cast<int>(result)};
  if (drill["status"] == "CANCELED") error.code = Code::kCancelled;
  return fail(std::move(error));
}

Result<int> run(Invocation& invocation) {
  SignalCancel signals;
  SEABED_TRY(Json drill, invocation.call("drill/run", {{"tenant", invocation.text("tenant")},
                                                       {"moment", invocation.text("moment", "latest")},
                                                       {"full", invocation.has("full")}}));
  if (!invocation.has("background") || !invocation.through_agent()) {
    SEABED_TRY(drill, wait_for(invocation, drill, signals.token()));
    SEABED_CHECK(check_outcome(drill));
  }
  return invocation.answer(drill, [&] {
    if (!over(drill)) return "drill " + drill["drill_id"].dump() + " runs\n";
    return "drill " + drill["drill_id"].dump() + " passed: " + drill["rows"].dump() + " rows at " +
           json_word(drill["target_scn_display"]) + "\nreport: " + json_word(drill["report"]) + "\n";
  });
}

Result<int> status(Invocation& invocation) {
  Json args = Json::object();
  if (invocation.has("tenant")) args["tenant"] = invocation.text("tenant");
  SEABED_TRY(Json answer, invocation.call("drill/status", args));
  return invocation.answer(answer, [&] {
    return json_table(answer, {{"drill_id", "DRILL"},
                               {"tenant", "TENANT"},
                               {"status", "STATUS"},
                               {"method", "METHOD"},
                               {"target_scn_display", "MOMENT"},
                               {"end_display", "ENDED"},
                               {"rows", "ROWS"},
                               {"seconds_left", "LEFT (S)"},
                               {"comment", "COMMENT"}});
  });
}

Result<int> cancel(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("drill/cancel", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer, [] { return std::string("is being cancelled\n"); });
}

Result<drill::PublicKey> public_key(Invocation& invocation) {
  if (invocation.has("public-key")) {
    const std::string file = invocation.text("public-key");
    SEABED_TRY(const std::string pem, read_file(file, 1 << 16));
    return drill::PublicKey::from_pem(pem, file);
  }
  SEABED_TRY(const Config* config, invocation.config());
  SEABED_TRY(const auto key, drill::SigningKey::load(config->state_directory));
  return key.public_key();
}

/// 0: as it was signed and passed. The exit status of a failed drill's report is 4: it holds, and says no
/// good.
Result<int> verify(Invocation& invocation) {
  const std::string file = invocation.text("report");
  SEABED_TRY(const std::string text, read_file(file));
  SEABED_TRY(const auto key, public_key(invocation));
  SEABED_TRY(const auto checked, drill::check_report(text, key, file));
  const Json body = Json::parse(checked.body);
  const int printed =
      invocation.answer({{"signature", "holds"}, {"key_id", key.id()}, {"report", body}}, [&] {
        std::string out = "the signature holds (key " + key.id() + ")\n" + json_word(body["result"]) +
                          ": tenant " + json_word(body["tenant"]["name"]) + " at " +
                          json_word(body["target"]) + ", " + body["rows"].dump() + " rows\n";
        if (!body["error"].is_null())
          out += json_word(body["error"]["object"]) + ": " + json_word(body["error"]["reason"]) + "\n";
        return out;
      });
  return checked.passed ? printed : static_cast<int>(kExitRefused);
}

Result<int> key(Invocation& invocation) {
  SEABED_TRY(const Config* config, invocation.config());
  SEABED_TRY(const auto key, drill::SigningKey::load_or_make(config->state_directory));
  return invocation.answer({{"key_id", key.public_key().id()}, {"public_key", key.public_key().pem()}},
                           [&] { return key.public_key().pem(); });
}

Result<int> scan(Invocation& invocation) {
  SignalCancel signals;
  const std::string directory = invocation.text("directory");
  TenantScanRequest request{directory, {}};
  if (invocation.has("data") || invocation.has("data-file")) {
    SEABED_TRY(request.uris, read_uris(invocation, "data"));
  }
  SEABED_TRY(Machine * machine, invocation.machine());
  const bool lines = invocation.has("lines");
  if (lines) ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // part of its parent
  ProgressLine line("scan");
  auto told = std::chrono::steady_clock::time_point{};
  const auto result = scan_tenant_here(
      machine->context(), request,
      [&](uint64_t rows, uint64_t guess) {
        const auto now = std::chrono::steady_clock::now();
        if (now - told < std::chrono::milliseconds(200)) return;
        told = now;
        if (lines)
          std::cout << scan_progress_line(rows, guess) << std::flush;
        else
          line.show({0, 0, rows, guess, "rows"});
      },
      signals.token());
  if (lines) {
    std::cout << scan_result_line(result) << std::flush;
    return static_cast<int>(result ? kExitOk : exit_code(result.error()));
  }
  if (!result) return fail(result.error());
  Json rows = Json::array();
  for (const auto& stream : result->streams)
    for (const FamilyScan& f : stream.scan.families)
      rows.push_back({{"ls_id", stream.ls_id}, {"family", f.name}, {"rows", f.rows}, {"bytes", f.bytes}});
  return invocation.answer(rows, [&] {
    return json_table(rows, {{"ls_id", "LS"}, {"family", "FAMILY"}, {"rows", "ROWS"}, {"bytes", "BYTES"}});
  });
}

Verb scan_verb() {
  Verb verb{"drill",
            "scan",
            "Open a restored standby and read all of it",
            "What a drill does after its restore, for a standby that is there: every row of every family, "
            "checksums "
            "verified,\nnothing changed. A quick one reads its destination.",
            {"seabed drill scan --directory /srv/look"},
            {{OptionSpec::kText, "directory", "DIR", "as given to `seabed restore`", true},
             {OptionSpec::kFlag, "lines", "", "JSON lines for a program: progress, the result last"}},
            scan};
  for (auto& option : uri_options("data", OptionSpec::kList, "of a quick one: its data destination"))
    verb.options.push_back(option);
  return verb;
}

}  // namespace

std::vector<Verb> drill_verbs() {
  return {{"drill",
           "run",
           "Restore on trial, read every row, leave a signed report",
           "Quickly, to a scratch place, which is removed. Waits for the end. The exit status is that of "
           "what failed.",
           {"seabed drill run --tenant shop", "seabed drill run --tenant shop --moment random",
            "seabed drill run --tenant shop --moment '2026-11-23 10:15:00' --full"},
           {tenant_option(),
            {OptionSpec::kText, "moment", "latest|random|TIME|SCN",
             "which one to restore (latest); random: any of the recoverable window"},
            {OptionSpec::kFlag, "full", "", "fetch every data file first; else they are read where they are"},
            {OptionSpec::kFlag, "background", "", "do not wait; the agent goes on"}},
           run},
          {"drill",
           "status",
           "Drills, the newest first",
           "",
           {"seabed drill status", "seabed drill status --tenant shop --output json"},
           {{OptionSpec::kText, "tenant", "NAME", "only this one's"}},
           status},
          {"drill",
           "cancel",
           "End a running drill",
           "",
           {"seabed drill cancel --tenant shop"},
           {tenant_option()},
           cancel},
          {"drill",
           "verify",
           "Check the signature of a drill's report",
           "Exit status 0: it is as it was signed, and the drill passed; 4: it is, and the drill failed; 5: "
           "it was "
           "changed;\n7: another key signed it.",
           {"seabed drill verify /var/lib/seabed/drill-reports/shop-7.json",
            "seabed drill verify shop-7.json --public-key cluster.pem"},
           {{OptionSpec::kPositional, "report", "REPORT", "the file", true},
            {OptionSpec::kText, "public-key", "FILE",
             "of the cluster that drilled; else this installation's own"}},
           verify},
          {"drill",
           "key",
           "The public key that reports are checked with",
           "Made at first use, with its private half in the state directory.",
           {"seabed drill key > cluster.pem"},
           {},
           key},
          scan_verb()};
}

}  // namespace seabed
