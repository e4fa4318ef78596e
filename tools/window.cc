// seabed window
#include <nlohmann/json.hpp>

#include "core/engine/restore/restore_job.h"
#include "tools/cli/invocation.h"
#include "tools/cli/key_input.h"
#include "tools/cli/text_table.h"
#include "tools/cli/uri_input.h"
#include "tools/config/machine.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Json shown(Scn scn, const Window& w) {
  if (scn >= kScnMax) return nullptr;
  auto text = scn_to_display(scn, w.mode == "oracle" ? TenantMode::kOracle : TenantMode::kMysql,
                             w.time_zone.empty() ? "UTC" : w.time_zone);
  return text ? Json(*text) : Json(nullptr);
}

Json window_json(const Window& w) {
  Json json = {{"tenant", w.tenant},
               {"time_zone", w.time_zone},
               {"mode", w.mode},
               {"ranges", Json::array()},
               {"gaps", Json::array()},
               {"holes", Json::array()}};
  for (const WindowRange& r : w.ranges)
    json["ranges"].push_back({{"from", r.from},
                              {"to", r.to},
                              {"from_display", shown(r.from, w)},
                              {"to_display", shown(r.to, w)},
                              {"base_set", r.base_set},
                              {"snapshot_only", r.snapshot_only}});
  for (const WindowGap& g : w.gaps)
    json["gaps"].push_back({{"from", g.from},
                            {"to", g.to},
                            {"from_display", shown(g.from, w)},
                            {"to_display", shown(g.to, w)},
                            {"ls_id", g.ls_id},
                            {"dest_id", g.dest_id},
                            {"round_id", g.round_id},
                            {"reason", g.reason}});
  for (const WindowHole& h : w.holes)
    json["holes"].push_back({{"from", h.from},
                             {"to", h.to},
                             {"from_display", shown(h.from, w)},
                             {"to_display", shown(h.to, w)},
                             {"ls_id", h.ls_id},
                             {"reason", h.reason}});
  return json;
}

Result<int> window(Invocation& invocation) {
  RestoreSource source;
  SEABED_TRY(source.uris, read_uris(invocation, "from"));
  SEABED_TRY(source.keys, read_keys(invocation));
  SEABED_TRY(Machine * machine, invocation.machine());
  SEABED_TRY(Window found, compute_window(machine->context(), source));
  Json answer = window_json(found);
  return invocation.answer(answer, [&] {
    std::string out = "tenant " + found.tenant + ", times in " + found.time_zone + "\n";
    if (found.ranges.empty()) out += "nothing can be restored\n";
    for (const Json& r : answer["ranges"])
      out += (r["snapshot_only"] == true ? "a point     " : "restorable  ") + json_word(r["from_display"]) + "  to  " +
             json_word(r["to_display"]) + "  (from set " + r["base_set"].dump() +
             (r["snapshot_only"] == true ? ", SNAPSHOT_ONLY: the next hole came before it was over)\n" : ")\n");
    for (const Json& g : answer["gaps"])
      out += "gap         " + json_word(g["from_display"]) + "  to  " +
             (g["to_display"].is_null() ? "now" : json_word(g["to_display"])) +
             (g["ls_id"] == 0 ? "  " : "  log stream " + g["ls_id"].dump() + ": ") + json_word(g["reason"]) + "\n";
    for (const Json& h : answer["holes"])
      out += "hole        " + json_word(h["from_display"]) + "  to  " +
             (h["to_display"].is_null() ? "now" : json_word(h["to_display"])) + "  log stream " +
             h["ls_id"].dump() + ": " + json_word(h["reason"]) + "\n";
    return out;
  });
}

}  // namespace

std::vector<Verb> window_verbs() {
  Verb verb{"window",
            "",
            "What can be restored to, with the gaps and holes and their reasons",
            "Reads the media only: no agent, no catalog.",
            {"seabed window --from file:///backup/shop/data --from file:///backup/shop/archive"},
            {},
            window};
  verb.options = uri_options("from", OptionSpec::kList, "a data or archive destination");
  for (auto& option : key_options()) verb.options.push_back(option);
  return {verb};
}

}  // namespace seabed
