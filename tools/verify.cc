// seabed verify
#include <nlohmann/json.hpp>

#include "core/engine/restore/verified.h"
#include "tools/agent/verified_json.h"
#include "tools/cli/exit_code.h"
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

Json report_json(const VerifyReport& report) {
  Json json = {{"files", report.files},
               {"bytes", report.bytes},
               {"good_sets", report.good_sets},
               {"findings", Json::array()}};
  for (const VerifyFinding& f : report.findings)
    json["findings"].push_back({{"error", f.error}, {"object", f.object}, {"reason", f.reason}});
  return json;
}

/// The catalog follows what was found; its changes in words.
Result<Json> mark(Invocation& invocation, const std::vector<VerifiedDestination>& verified) {
  Json arguments = {{"tenant", invocation.text("tenant")}, {"destinations", Json::array()}};
  for (const auto& one : verified) arguments["destinations"].push_back(verified_json(one));
  SEABED_TRY(Json answer, invocation.call("verify/mark", arguments));
  return answer["marked"];
}

Result<int> verify(Invocation& invocation) {
  SignalCancel signals;
  RestoreSource source;
  SEABED_TRY(source.uris, read_uris(invocation, "from"));
  SEABED_TRY(source.keys, read_keys(invocation));
  SEABED_TRY(Machine * machine, invocation.machine());
  std::vector<VerifiedDestination> verified;
  Result<VerifyReport> report = [&] {
    ProgressLine line("verify");
    return verify_media_by_part(
        machine->context(), source, invocation.has("quick"), [&](const Progress& p) { line.show(p); },
        signals.token(), &verified);
  }();
  if (!report) return fail(report.error());
  Json answer = report_json(*report);
  answer["marked"] = Json::array();
  if (invocation.has("tenant")) {
    SEABED_TRY(answer["marked"], mark(invocation, verified));
  }
  size_t errors = 0;
  for (const VerifyFinding& f : report->findings) errors += f.error;
  int status = invocation.answer(answer, [&] {
    std::string out;
    for (const VerifyFinding& f : report->findings)
      out += (f.error ? "ERROR    " : "warning  ") + f.object + ": " + f.reason + "\n";
    for (const Json& change : answer["marked"]) out += "catalog  " + json_word(change) + "\n";
    return out + std::to_string(report->files) + " files, " + bytes_text(report->bytes) + ": " +
           (errors ? std::to_string(errors) + " error(s)\n" : "everything holds\n");
  });
  return errors ? static_cast<int>(kExitCorruption) : status;
}

}  // namespace

std::vector<Verb> verify_verbs() {
  Verb verb{"verify",
            "",
            "Check every file of sets and pieces without restoring",
            "Checksums of every byte, the chains of sets, the continuity of the log. Exit status 5 when "
            "something is lost\n"
            "or damaged.\n"
            "With --tenant the catalog follows: what is lost or damaged becomes BROKEN, so that cleanup and incremental "
            "backups\n"
            "no longer count on it; a later whole verify that finds it sound makes it AVAILABLE again.",
            {"seabed verify --from file:///backup/shop/data --from file:///backup/shop/archive",
             "seabed verify --tenant shop --from file:///backup/shop/data --from file:///backup/shop/archive",
             "seabed verify --quick --from file:///backup/shop/data --output json"},
            {},
            verify};
  verb.options = uri_options("from", OptionSpec::kList, "a data or archive destination");
  verb.options.push_back({OptionSpec::kText, "tenant", "NAME", "whose sets and pieces these are: the catalog follows"});
  verb.options.push_back({OptionSpec::kFlag, "quick", "", "presence, sizes and metadata only"});
  for (auto& option : key_options()) verb.options.push_back(option);
  return {verb};
}

}  // namespace seabed
