// seabed restore
#include <nlohmann/json.hpp>

#include "core/engine/restore/restore_job.h"
#include "tools/cli/invocation.h"
#include "tools/cli/progress_line.h"
#include "tools/cli/signals.h"
#include "tools/cli/text_table.h"
#include "tools/cli/uri_input.h"
#include "tools/config/machine.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<RestoreTargetPoint> read_until(const Invocation& invocation) {
  RestoreTargetPoint until;
  if (invocation.has("until-time") && invocation.has("until-scn"))
    return fail(Code::kInvalidArgument, "seabed restore", "--until-time and --until-scn exclude each other");
  if (invocation.has("until-scn")) {
    until.kind = RestoreTargetPoint::Kind::kScn;
    SEABED_TRY(until.scn, invocation.number("until-scn", 0));
  } else if (invocation.has("until-time")) {
    until.kind = RestoreTargetPoint::Kind::kTime;
    until.time = invocation.text("until-time");
  }
  return until;
}

Result<RestoreRequest> read_request(const Invocation& invocation) {
  RestoreRequest request;
  SEABED_TRY(request.until, read_until(invocation));
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
  SEABED_TRY(request.source.uris, read_uris(invocation, "from"));
  return request;
}

Json outcome_json(const RestoreOutcome& out, bool preview) {
  Json json = {{"preview", preview},
               {"target_scn", out.plan.target},
               {"target_display", out.plan.target_display},
               {"backup_sets", out.plan.sets},
               {"pieces", out.plan.pieces},
               {"data_bytes", out.plan.data_bytes},
               {"log_bytes", out.plan.log_bytes},
               {"streams", Json::array()},
               {"bound_ns", out.bound_ns >= kScnMax ? Json(nullptr) : Json(out.bound_ns)},
               {"not_restored", out.not_restored},
               {"parameters", out.parameters},
               {"variables", out.variables},
               {"warnings", out.warnings}};
  for (const StreamOutcome& s : out.streams)
    json["streams"].push_back({{"ls_id", s.ls_id},
                               {"directory", s.directory},
                               {"scn_lo", s.scn_lo},
                               {"scn_hi", s.scn_hi},
                               {"next_scn_lo", s.next_scn_lo},
                               {"stamp", s.stamp}});
  return json;
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

Result<int> restore(Invocation& invocation) {
  SignalCancel signals;
  SEABED_TRY(auto request, read_request(invocation));
  SEABED_TRY(Machine * machine, invocation.machine());
  Result<RestoreOutcome> outcome = [&] {
    ProgressLine line("restore");
    return run_restore(
        machine->context(), request, [&](const Progress& p) { line.show(p); }, signals.token());
  }();
  if (!outcome) return fail(outcome.error());
  Json answer = outcome_json(*outcome, request.preview);
  answer["method"] = request.quick ? "quick" : "full";
  return invocation.answer(answer, [&] { return outcome_text(answer); });
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
            "database until `seabed tenant activate`.",
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
  verb.options.push_back({OptionSpec::kFlag, "preview", "", "only say what would be used"});
  return {verb};
}

}  // namespace seabed
