// seabed archive set-dest|start|stop|defer|enable|status|flush
#include <nlohmann/json.hpp>

#include "tools/cli/invocation.h"
#include "tools/cli/text_table.h"
#include "tools/cli/uri_input.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<int> set_dest(Invocation& invocation) {
  const std::string tenant = invocation.text("tenant");
  if (invocation.has("clear")) {
    SEABED_TRY(Json answer, invocation.call("archive/clear-dest", {{"tenant", tenant}}));
    return invocation.answer(answer, [] { return std::string("no archive destination is set any more\n"); });
  }
  SEABED_TRY(std::string uri, read_uri(invocation, "location"));
  Json arguments = {{"tenant", tenant}, {"uri", uri}};
  if (invocation.has("binding")) arguments["binding"] = invocation.text("binding");
  if (invocation.has("piece-switch-interval"))
    arguments["piece_switch_interval"] = invocation.text("piece-switch-interval");
  SEABED_TRY(Json answer, invocation.call("archive/set-dest", arguments));
  return invocation.answer(answer, [&] { return json_lines(answer); });
}

std::string status_text(const Json& status) {
  std::string out = "tenant " + json_word(status["tenant"]) + ": " + json_word(status["status"]) + " (" +
                    json_word(status["log_mode"]) + (status["agent"] == true ? "" : ", no agent runs") +
                    ")\n";
  if (status["destination"].is_object())
    out += "destination: " + json_word(status["destination"]["path"]) + "\n";
  if (status["round_id"] != 0)
    out += "round " + status["round_id"].dump() + ", piece " + status["piece_id"].dump() + ", checkpoint " +
           json_word(status["checkpoint_scn_display"]) + ", lag " + status["lag_ms"].dump() + " ms\n";
  if (status["comment"] != "") out += "comment: " + json_word(status["comment"]) + "\n";
  for (const Json& hole : status["open_holes"])
    out += "hole of log stream " + hole["ls_id"].dump() + " after " + json_word(hole["scn_lo_display"]) +
           ": " + json_word(hole["reason"]) + "\n";
  if (status["streams"].empty()) return out;
  return out + json_table(status["streams"], {{"ls_id", "LS"},
                                              {"checkpoint_scn_display", "CHECKPOINT"},
                                              {"position", "POSITION"},
                                              {"pending_bytes", "PENDING"},
                                              {"pinned_bytes", "PINNED"},
                                              {"error", "ERROR"}});
}

/// What `archive start` was told of the databases.
std::string findings_text(const Json& findings) {
  std::string out;
  for (const Json& finding : findings) {
    out += json_word(finding["level"]) + ": " + json_word(finding["check"]) + ": " + json_word(finding["text"]);
    if (finding["next_step"] != "") out += "; " + json_word(finding["next_step"]);
    out += "\n";
  }
  return out;
}

Result<int> status(Invocation& invocation) {
  Json arguments = Json::object();
  if (invocation.has("tenant")) arguments["tenant"] = invocation.text("tenant");
  SEABED_TRY(Json answer, invocation.call("archive/status", arguments));
  return invocation.answer(answer, [&] {
    std::string out;
    for (const Json& one : answer) out += (out.empty() ? "" : "\n") + status_text(one);
    return out.empty() ? "no tenant\n" : out;
  });
}

/// start, stop, defer, enable, flush: a tenant, and what its archive is then.
Verb change(const std::string& name, const std::string& summary, const std::string& details) {
  return {
      "archive",
      name,
      summary,
      details,
      {"seabed archive " + name + " --tenant shop"},
      {tenant_option()},
      [name](Invocation& invocation) -> Result<int> {
        SEABED_TRY(Json answer, invocation.call("archive/" + name, {{"tenant", invocation.text("tenant")}}));
        return invocation.answer(
            answer, [&] { return status_text(answer) + findings_text(answer.value("findings", Json::array())); });
      }};
}

Verb set_dest_verb() {
  Verb verb{
      "archive",
      "set-dest",
      "Where the log of a tenant is archived to",
      "Each call replaces the whole setting; what is left out goes back to its default. The directory must "
      "be empty\n"
      "or hold this tenant's own format.obbak. While archiving runs, another path is refused: stop it first.",
      {"seabed archive set-dest --tenant shop --location file:///backup/shop/archive",
       "seabed archive set-dest --tenant shop --location-file /root/shop.uri --binding Optional "
       "--piece-switch-interval 1d",
       "seabed archive set-dest --tenant shop --clear"},
      {tenant_option()},
      set_dest};
  for (auto& option : uri_options("location", OptionSpec::kText, "the destination"))
    verb.options.push_back(option);
  verb.options.push_back(
      {OptionSpec::kText, "binding", "Optional|Mandatory",
       "Optional (default): the application never waits; Mandatory: its log is kept until archived"});
  verb.options.push_back(
      {OptionSpec::kText, "piece-switch-interval", "TIME", "width of a piece, 1d (default) to 7d"});
  verb.options.push_back({OptionSpec::kFlag, "clear", "", "no destination any more; nothing is deleted"});
  return verb;
}

}  // namespace

std::vector<Verb> archive_verbs() {
  return {
      set_dest_verb(),
      change(
          "start", "ARCHIVELOG: archive the log of a tenant from now on",
          "The mode is kept in the catalog; the agent begins a round once a destination is set and enabled. What `seabed "
          "doctor` finds amiss with the databases is told (findings), and refuses nothing."),
      change("stop", "NOARCHIVELOG: end the round; what is archived stays", ""),
      change("defer", "Suspend archiving; `enable` continues the same round", ""),
      change("enable", "Continue a suspended round", ""),
      change("flush", "Ship what was read so far now, and return when it is durable", ""),
      {"archive",
       "status",
       "Round, checkpoint, lag, holes and streams",
       "",
       {"seabed archive status", "seabed archive status --tenant shop --output json"},
       {{OptionSpec::kText, "tenant", "NAME", "only this tenant"}},
       status}};
}

}  // namespace seabed
