// seabed tenant list|show|activate|rebuild
#include <nlohmann/json.hpp>

#include "core/engine/restore/restore_job.h"
#include "tools/cli/invocation.h"
#include "tools/cli/text_table.h"
#include "tools/cli/uri_input.h"
#include "tools/config/machine.h"
#include "tools/nouns.h"
#include "tools/reads/staged_place.h"

namespace seabed {
namespace {

Result<int> list(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("tenant/list", Json::object()));
  return invocation.answer(answer, [&] {
    return json_table(answer, {{"tenant_id", "TENANT_ID"},
                               {"name", "NAME"},
                               {"mode", "MODE"},
                               {"time_zone", "TIME_ZONE"},
                               {"role", "ROLE"},
                               {"log_mode", "LOG_MODE"},
                               {"status", "STATUS"}});
  });
}

Result<int> show(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("tenant/show", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer, [&] {
    return json_lines(answer) + "\n" +
           json_table(answer["log_streams"], {{"ls_id", "LS"},
                                              {"engine", "ENGINE"},
                                              {"directory", "DIRECTORY"},
                                              {"incarnation", "INCARNATION"}}) +
           "\n" +
           json_table(answer["destinations"],
                      {{"dest_id", "DEST_ID"}, {"kind", "KIND"}, {"current", "CURRENT"}, {"path", "PATH"}});
  });
}

std::string activation_text(const Json& answer) {
  std::string out;
  for (const Json& check : answer["checks"]) {
    out += std::string(check["good"] == true ? "  ok   " : "  NOT  ") + json_word(check["what"]);
    if (check["good"] != true) out += " (" + json_word(check["next_step"]) + ")";
    out += "\n";
  }
  if (answer["verify"] == true) return out + (answer["possible"] == true ? "it can be activated\n" : "it cannot be activated\n");
  return out + "activated; " + json_word(answer["next_step"]) + "\n";
}

/// A tenant that the catalog knows.
Result<int> activate_by_name(Invocation& invocation, const std::string& tenant) {
  SEABED_TRY(const Json answer, invocation.call("standby/activate", {{"tenant", tenant},
                                                                     {"verify", invocation.has("verify")},
                                                                     {"without_newer_streams", invocation.has("without-newer-streams")}}));
  return invocation.answer(answer, [&] { return activation_text(answer); });
}

Result<int> activate(Invocation& invocation) {
  if (invocation.has("tenant") == invocation.has("directory"))
    return fail(Code::kInvalidArgument, "seabed tenant activate", "wants --tenant or --directory");
  if (invocation.has("tenant")) return activate_by_name(invocation, invocation.text("tenant"));
  if (invocation.has("verify"))
    return fail(Code::kInvalidArgument, "--verify", "goes with --tenant");
  SEABED_TRY(Machine * machine, invocation.machine());
  const std::string directory = invocation.text("directory");
  if (directory.empty() || directory[0] != '/')
    return fail(Code::kInvalidArgument, "--directory " + directory, "is not an absolute path");
  // One of the catalog: its role, log life and round go with it.
  if (const std::string tenant = standby_in_directory(invocation, directory); !tenant.empty())
    return activate_by_name(invocation, tenant);
  SEABED_CHECK(activate_tenant(machine->context(), directory, invocation.has("without-newer-streams")));
  return invocation.answer({{"directory", directory}, {"role", "PRIMARY"}},
                           [&] { return directory + ": activated; its databases may be opened.\n"
                                              "A new log life begins: give the tenant a new archive destination "
                                              "and take a full backup.\n"; });
}

std::string report_text(const Json& tenants) {
  std::string out;
  for (const Json& t : tenants) {
    const std::string verb = t["dry_run"] ? " things would be written" : " things written";
    out += "tenant " + t["tenant"].get<std::string>() + ": " + std::to_string(t["changes"].size()) + verb + "\n";
    for (const Json& line : t["changes"]) out += "  " + line.get<std::string>() + "\n";
    for (const Json& line : t["problems"]) out += "  cannot be read: " + line.get<std::string>() + "\n";
  }
  return out;
}

Result<int> rebuild(Invocation& invocation) {
  Json args = {{"uris", Json::array()}, {"dry_run", invocation.has("dry-run")}};
  if (invocation.has("tenant")) args["tenant"] = invocation.text("tenant");
  if (invocation.has("from") || invocation.has("from-file")) {
    SEABED_TRY(args["uris"], read_uris(invocation, "from"));
  }
  SEABED_TRY(Json answer, invocation.call("catalog/rebuild", args));
  return invocation.answer(answer, [&] { return report_text(answer); });
}

Verb rebuild_verb() {
  Verb verb{"tenant",
            "rebuild",
            "Write the catalog of a tenant again from its destinations",
            "For a catalog that was lost: name the tenant's data and archive destinations. Rounds, pieces, sets, chains,\n"
            "holes, parameters and the next ids come back; what was deleted stays deleted. Without --from the\n"
            "destinations that the catalog knows are compared; the media win. May be repeated.",
            {"seabed tenant rebuild --from file:///backup/shop/data --from file:///backup/shop/archive --dry-run",
             "seabed tenant rebuild --tenant shop"},
            {{OptionSpec::kText, "tenant", "NAME", "this tenant only"},
             {OptionSpec::kFlag, "dry-run", "", "say what would be written, write nothing"}},
            rebuild};
  for (auto& option : uri_options("from", OptionSpec::kList, "a data or archive destination"))
    verb.options.push_back(std::move(option));
  return verb;
}

}  // namespace

std::vector<Verb> tenant_verbs() {
  return {{"tenant", "list", "Tenants of this installation", "", {"seabed tenant list"}, {}, list},
          {"tenant",
           "show",
           "A tenant, its log streams and destinations",
           "",
           {"seabed tenant show --tenant shop"},
           {tenant_option()},
           show},
          {"tenant",
           "activate",
           "Make a restored (standby) tenant's directories databases again",
           "A restore leaves directories that no program can open as a database. Activation gives them their "
           "names and\n"
           "begins a new incarnation. It may be repeated after a crash.",
           {"seabed tenant activate --tenant shop2 --verify", "seabed tenant activate --tenant shop2",
            "seabed tenant activate --directory /srv/restored"},
           {{OptionSpec::kText, "tenant", "NAME", "a standby of this installation"},
            {OptionSpec::kFlag, "verify", "", "only say what must hold; nothing is changed"},
            {OptionSpec::kFlag, "without-newer-streams", "", "although the source got databases after the base: they are not here"},
            {OptionSpec::kText, "directory", "DIR", "as given to a `seabed restore` without a name"}},
           activate},
          rebuild_verb()};
}

}  // namespace seabed
