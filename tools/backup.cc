// seabed backup set-dest|start|status|list|cancel
#include <nlohmann/json.hpp>

#include "tools/backup_start.h"
#include "tools/cli/invocation.h"
#include "tools/cli/text_table.h"
#include "tools/cli/uri_input.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<int> set_dest(Invocation& invocation) {
  const std::string tenant = invocation.text("tenant");
  if (invocation.has("clear")) {
    SEABED_TRY(Json answer, invocation.call("backup/clear-dest", {{"tenant", tenant}}));
    return invocation.answer(answer, [] { return std::string("no data destination is set any more\n"); });
  }
  SEABED_TRY(std::string uri, read_uri(invocation, "location"));
  SEABED_TRY(Json answer, invocation.call("backup/set-dest", {{"tenant", tenant}, {"uri", uri}}));
  return invocation.answer(answer, [&] { return json_lines(answer); });
}

Result<int> status(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("backup/status", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer, [&] {
    return json_table(answer, {{"job_id", "JOB"},
                               {"backup_set_id", "SET"},
                               {"backup_type", "TYPE"},
                               {"status", "STATUS"},
                               {"phase", "PHASE"},
                               {"start_time", "START"},
                               {"end_time", "END"},
                               {"comment", "COMMENT"}});
  });
}

Result<int> list(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("backup/list", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer, [&] {
    return json_table(answer, {{"backup_set_id", "SET"},
                               {"backup_type", "TYPE"},
                               {"status", "STATUS"},
                               {"file_status", "FILES"},
                               {"start_time", "START"},
                               {"min_restore_scn_display", "RESTORABLE FROM"},
                               {"output_bytes", "BYTES"},
                               {"comment", "COMMENT"}});
  });
}

Result<int> cancel(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("backup/cancel", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer,
                           [&] { return "cancelled jobs: " + answer["cancelled_jobs"].dump() + "\n"; });
}

Verb set_dest_verb() {
  Verb verb{"backup",
            "set-dest",
            "Where the backup sets of a tenant go",
            "The directory must be empty or hold this tenant's own format.obbak, and not be the archive's. "
            "After a change\n"
            "the next backup is a full one.",
            {"seabed backup set-dest --tenant shop --location file:///backup/shop/data",
             "seabed backup set-dest --tenant shop --location - < shop.uri"},
            {tenant_option()},
            set_dest};
  for (auto& option : uri_options("location", OptionSpec::kText, "the destination"))
    verb.options.push_back(option);
  verb.options.push_back({OptionSpec::kFlag, "clear", "", "no destination any more; nothing is deleted"});
  return verb;
}

}  // namespace

std::vector<Verb> backup_verbs() {
  return {
      set_dest_verb(),
      {"backup",
       "start",
       "Start a full or incremental backup",
       "Refused unless archiving is DOING (9040) and no other backup of the tenant runs (9036). An "
       "incremental without\n"
       "a usable parent at this destination becomes a full one.",
       {"seabed backup start --tenant shop --wait", "seabed backup start --tenant shop --incremental --wait"},
       {tenant_option(),
        {OptionSpec::kFlag, "incremental", "", "copy only what no set of the chain holds"},
        {OptionSpec::kFlag, "plus-archivelog", "", "with the log that it needs: restorable alone, to its own end"},
        {OptionSpec::kFlag, "wait", "", "until it is finished; the exit status says how"},
        {OptionSpec::kText, "description", "TEXT", "kept with the job"},
        {OptionSpec::kText, "password-file", "FILE",
         "the set opens with this password only, from a file of mode 0600 (-: standard input); docs/keys.md"}},
       start_backup},
      {"backup",
       "status",
       "Jobs of a tenant, newest first",
       "",
       {"seabed backup status --tenant shop"},
       {tenant_option()},
       status},
      {"backup",
       "list",
       "Backup sets of a tenant",
       "",
       {"seabed backup list --tenant shop"},
       {tenant_option()},
       list},
      {"backup",
       "cancel",
       "Cancel the running backup of a tenant",
       "",
       {"seabed backup cancel --tenant shop"},
       {tenant_option()},
       cancel}};
}

}  // namespace seabed
