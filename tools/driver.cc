// seabed driver list|show
#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/cli/invocation.h"
#include "tools/cli/text_table.h"
#include "tools/config/machine.h"
#include "tools/nouns.h"

namespace seabed {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

Json driver_json(const DriverInfo& d) {
  return {{"name", d.name}, {"version", d.version},
          {"abi", d.abi},   {"schemes", d.schemes},
          {"path", d.path}, {"error", d.error.empty() ? Json(nullptr) : Json(d.error)}};
}

Json capabilities_json(const Capabilities& c) {
  return {{"append", c.append},
          {"conditional_put", c.conditional_put},
          {"tags", c.tags},
          {"list_uploads", c.list_uploads},
          {"strong_list", c.strong_list},
          {"read_while_uploading", c.read_while_uploading},
          {"max_put_bytes", c.max_put_bytes},
          {"min_part_bytes", c.min_part_bytes},
          {"max_part_bytes", c.max_part_bytes},
          {"max_parts", c.max_parts},
          {"max_delete_batch", c.max_delete_batch},
          {"max_key_length", c.max_key_length}};
}

Result<int> list(Invocation& invocation) {
  SEABED_TRY(Machine * machine, invocation.machine());
  Json answer = Json::array();
  std::vector<std::vector<std::string>> rows = {{"NAME", "VERSION", "ABI", "SCHEMES", "PATH"}};
  for (const DriverInfo& d : machine->context().storage->drivers()) {
    answer.push_back(driver_json(d));
    if (d.error.empty())
      rows.push_back({d.name, d.version, d.abi, joined(d.schemes), d.path});
    else
      rows.push_back({"(refused)", "-", "-", "-", d.path + ": " + d.error});
  }
  return invocation.answer(answer, [&] { return text_table(rows); });
}

Result<int> show(Invocation& invocation) {
  SEABED_TRY(Machine * machine, invocation.machine());
  const std::string name = invocation.text("driver");
  for (const DriverInfo& d : machine->context().storage->drivers()) {
    bool wanted = d.name == name || std::count(d.schemes.begin(), d.schemes.end(), name) || d.path == name;
    if (!wanted) continue;
    Json answer = driver_json(d), keys = Json::array();
    for (const auto& key : d.keys)
      keys.push_back({{"name", key.name},
                      {"type", key.type},
                      {"default", key.default_value},
                      {"secret", key.secret},
                      {"required", key.required},
                      {"help", key.help}});
    answer["capabilities"] = capabilities_json(d.capabilities);
    answer["keys"] = keys;
    return invocation.answer(answer, [&] {
      return json_lines(answer) + "schemes: " + joined(d.schemes) + "\ncapabilities:\n" +
             json_lines(answer["capabilities"]) + "keys:\n" +
             json_table(keys, {{"name", "KEY"},
                               {"type", "TYPE"},
                               {"default", "DEFAULT"},
                               {"secret", "SECRET"},
                               {"required", "REQUIRED"},
                               {"help", "HELP"}});
    });
  }
  return fail(Code::kNotFound, "driver " + name, "was not found in the configured directories",
              "`seabed driver list`");
}

}  // namespace

std::vector<Verb> driver_verbs() {
  return {{"driver",
           "list",
           "Drivers found, their schemes, and why one was refused",
           "",
           {"seabed driver list", "seabed driver list --output json"},
           {},
           list},
          {"driver",
           "show",
           "Capabilities, limits and keys of a driver",
           "",
           {"seabed driver show file"},
           {{OptionSpec::kPositional, "driver", "NAME|SCHEME", "name, scheme or path of the driver", true}},
           show}};
}

}  // namespace seabed
