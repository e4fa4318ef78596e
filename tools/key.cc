// seabed key backup|rotate|status
#include <nlohmann/json.hpp>

#include "tools/cli/invocation.h"
#include "tools/cli/secret_input.h"
#include "tools/cli/text_table.h"
#include "tools/cli/uri_input.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

Result<int> backup(Invocation& invocation) {
  SEABED_TRY(std::string uri, read_uri(invocation, "to"));
  SEABED_TRY(std::string password, read_secret(invocation, "password", "password of the key backup", true));
  Json arguments = {{"tenant", invocation.text("tenant")}, {"uri", uri}, {"password", password}};
  wipe(&password);
  SEABED_TRY(Json answer, invocation.call("key/backup", arguments));
  return invocation.answer(answer, [&] {
    return answer["keys"].dump() + " keys of tenant " + json_word(answer["tenant"]) + " are in " + json_word(answer["path"]) + "\n";
  });
}

Result<int> rotate(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("key/rotate", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer, [&] {
    return "master key " + answer["key_id"].dump() + " from now on; back the keys up again: `seabed key backup`\n";
  });
}

Result<int> status(Invocation& invocation) {
  SEABED_TRY(Json answer, invocation.call("key/status", {{"tenant", invocation.text("tenant")}}));
  return invocation.answer(answer, [&] {
    std::string out = std::string("encrypts     ") + (answer["encrypts"] == true ? "yes" : "no") + "\ncompression  " +
                      answer["compression"].get<std::string>() + "\n";
    out += json_table(answer["keys"], {{"key_id", "KEY"},
                                       {"identity", "IDENTITY"},
                                       {"created", "CREATED"},
                                       {"backed_up", "BACKED UP"},
                                       {"backup_path", "TO"}});
    if (answer["all_backed_up"] == false) out += "a key is in no key backup: `seabed key backup`\n";
    return out;
  });
}

}  // namespace

std::vector<Verb> key_verbs() {
  Verb backup_verb{"key",
                   "backup",
                   "Back up a tenant's master keys under a password",
                   "To a path that holds neither data nor log. Needed once a tenant encrypts, and again after each rotation:\n"
                   "without it, an encrypted backup opens only on the cluster that wrote it.",
                   {"seabed key backup --tenant shop --to file:///safe/keys --password-file shop.pwd"},
                   {tenant_option()},
                   backup};
  for (auto& option : uri_options("to", OptionSpec::kText, "where the key backup goes")) backup_verb.options.push_back(option);
  for (auto& option : secret_options("password", "password of the key backup")) backup_verb.options.push_back(option);
  return {backup_verb,
          {"key",
           "rotate",
           "Make a new master key for what is written from now on",
           "What was written before opens with the old keys, which are kept.",
           {"seabed key rotate --tenant shop"},
           {tenant_option()},
           rotate},
          {"key",
           "status",
           "Master keys of a tenant, and whether they are backed up",
           "",
           {"seabed key status --tenant shop"},
           {tenant_option()},
           status}};
}

}  // namespace seabed
