// seabed tenant hydrate|discard
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/engine/quick/discard.h"
#include "core/engine/quick/hydrate.h"
#include "tools/agent/progress_json.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/invocation.h"
#include "tools/cli/key_input.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/signals.h"
#include "tools/cli/text_table.h"
#include "tools/cli/uri_input.h"
#include "tools/config/machine.h"
#include "tools/nouns.h"
#include "tools/reads/staged_place.h"

namespace seabed {
namespace {

Result<int> hydrate_here(Invocation& invocation) {
  SignalCancel signals;
  quick::HydrateRequest request;
  SEABED_TRY(request.directory, staged_directory(invocation));
  if (invocation.has("data") || invocation.has("data-file")) {
    SEABED_TRY(request.uris, read_uris(invocation, "data"));
  }
  SEABED_TRY(request.keys, read_keys(invocation));
  SEABED_TRY(const uint64_t concurrency, invocation.number("concurrency", 2));
  if (concurrency < 1 || concurrency > 64)
    return fail(Code::kInvalidArgument, "--concurrency", "is not from 1 to 64");
  request.concurrency = concurrency;
  SEABED_TRY(Machine * machine, invocation.machine());
  auto outcome = [&] {
    ProgressLine line("hydrate");
    return quick::hydrate(
        machine->context(), request, [&](const Progress& p) { line.show(p); }, signals.token());
  }();
  if (!outcome) return fail(outcome.error());
  standby_in_directory(invocation, request.directory, true);  // DBA_OB_TENANTS says so
  return invocation.answer({{"directory", request.directory},
                            {"files", outcome->files},
                            {"bytes", outcome->bytes},
                            {"medium_bytes", outcome->medium_bytes},
                            {"restore_data_mode", "NORMAL"}},
                           [&] {
                             return request.directory + ": all of its files are here (" +
                                    bytes_text(outcome->bytes) + "); it may be activated\n";
                           });
}

/// Ctrl-C leaves the agent's work alone.
Result<Json> wait_for(Invocation& invocation, Json tenant) {
  SignalCancel signals;
  ProgressLine line("hydrate");
  const Json which = {{"tenant", tenant["tenant"]}};
  while (tenant["hydrating"].get<bool>()) {
    if (tenant.contains("progress")) line.show(progress_of(tenant["progress"]));
    if (signals.token().wait_for(std::chrono::milliseconds(50)))
      return fail(Code::kCancelled, "waiting for tenant " + json_word(which["tenant"]), "interrupted; the agent goes on");
    SEABED_TRY(const Json now, invocation.call("quick/status", which));
    if (now.empty()) return fail(Code::kNotFound, "tenant " + json_word(which["tenant"]), "is not there any more");
    tenant = now[0];
  }
  if (tenant["restore_data_mode"] == "NORMAL") return tenant;
  return fail(Code::kConflict, "tenant " + json_word(which["tenant"]), "its hydration has ended before its end",
              "the agent's log says why; `seabed tenant hydrate` goes on with it");
}

/// By name: the agent does it in the background; without an agent it is done here.
Result<int> hydrate(Invocation& invocation) {
  if (!invocation.has("tenant") || invocation.has("directory")) return hydrate_here(invocation);
  SEABED_TRY(const Json found, invocation.call("quick/find", {{"tenant", invocation.text("tenant")}}));
  if (!invocation.through_agent()) return hydrate_here(invocation);
  SEABED_TRY(Json answer, invocation.call("quick/hydrate", {{"tenant", invocation.text("tenant")}}));
  if (invocation.has("wait")) {
    SEABED_TRY(answer, wait_for(invocation, answer));
  }
  return invocation.answer(answer, [&] { return json_lines(answer); });
}

/// A tenant of the catalog goes with its rows, by the agent where one runs; else the directory is all there is.
Result<Json> discard_parts(Invocation& invocation) {
  const bool dry = invocation.has("dry-run");
  std::string tenant = invocation.has("directory") ? "" : invocation.text("tenant");
  std::string directory;
  if (tenant.empty()) {
    SEABED_TRY(directory, staged_directory(invocation));
    tenant = standby_in_directory(invocation, directory);
  }
  if (!tenant.empty()) {
    SEABED_TRY(Json answer, invocation.call("standby/discard", {{"tenant", tenant}, {"dry_run", dry}}));
    answer["directory"] = directory.empty() ? "tenant " + tenant : directory;
    return answer;
  }
  SEABED_TRY(Machine * machine, invocation.machine());
  SEABED_TRY(const auto parts, quick::discard(machine->context(), directory, dry));
  return Json{{"directory", directory}, {"removed", parts.removed}, {"left", parts.left}, {"dry_run", dry}};
}

Result<int> discard(Invocation& invocation) {
  SEABED_TRY(const Json answer, discard_parts(invocation));
  return invocation.answer(answer, [&] {
    const bool dry = answer["dry_run"].get<bool>();
    std::string text = json_word(answer["directory"]) +
                       (dry ? ": would be discarded (dry run: nothing was touched)\n" : ": discarded\n");
    for (const Json& name : answer["removed"])
      if (dry) text += "to remove: " + json_word(name) + "\n";
    for (const Json& name : answer["left"]) text += "left, not of the restored streams: " + json_word(name) + "\n";
    return text;
  });
}

}  // namespace

std::vector<Verb> tenant_hydrate_verbs() {
  Verb hydration{"tenant",
                 "hydrate",
                 "Bring all files of a quick tenant here, while it is served",
                 "Goes on where it stopped. Afterwards the tenant is a full restore and may be activated. By "
                 "--tenant the\n"
                 "agent does it in the background.",
                 {"seabed tenant hydrate /srv/look", "seabed tenant hydrate --tenant look"},
                 {{OptionSpec::kPositional, "directory", "DIR", "as given to `seabed restore`"}},
                 hydrate};
  for (auto& option : staged_place_options())
    if (option.name != "directory" && option.name != "ls-id") hydration.options.push_back(option);
  hydration.options.push_back({OptionSpec::kFlag, "wait", "", "of --tenant: until it has ended, with progress"});
  hydration.options.push_back({OptionSpec::kNumber, "concurrency", "N", "files at a time (2)"});
  Verb discarding{"tenant",
                  "discard",
                  "Remove a restored tenant that was not activated",
                  "Gives back what keeps its backup from cleanup. Files that Seabed did not write stay.",
                  {"seabed tenant discard /srv/look --dry-run", "seabed tenant discard /srv/look"},
                  {{OptionSpec::kPositional, "directory", "DIR", "as given to `seabed restore`"},
                   {OptionSpec::kFlag, "dry-run", "", "say what would go and what would stay; touch nothing"},
                   {OptionSpec::kText, "tenant", "NAME", "instead: a tenant restored by this installation"}},
                  discard};
  return {hydration, discarding};
}

}  // namespace seabed
