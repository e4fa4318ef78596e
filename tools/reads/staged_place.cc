#include "tools/reads/staged_place.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "tools/cli/invocation.h"
#include "tools/cli/key_input.h"
#include "tools/cli/uri_input.h"
#include "tools/config/machine.h"

namespace seabed {

std::vector<OptionSpec> staged_place_options() {
  std::vector<OptionSpec> out{
      {OptionSpec::kText, "directory", "DIR", "as given to `seabed restore`"},
      {OptionSpec::kText, "tenant", "NAME", "instead of --directory: a tenant restored by this installation"},
      {OptionSpec::kNumber, "ls-id", "N", "log stream, where the tenant has several"}};
  for (auto& option : uri_options("data", OptionSpec::kList,
                                  "of a quick tenant: its data destination with what the "
                                  "configuration does not say"))
    out.push_back(option);
  for (auto& option : key_options()) out.push_back(option);
  return out;
}

Result<std::string> staged_directory(Invocation& invocation) {
  if (invocation.has("directory") == invocation.has("tenant"))
    return fail(Code::kInvalidArgument, "--directory", "or --tenant must be given, and one of them only");
  std::string directory = invocation.text("directory");
  if (directory.empty()) {
    SEABED_TRY(const Json answer, invocation.call("quick/find", {{"tenant", invocation.text("tenant")}}));
    directory = answer.at("directory").get<std::string>();
  }
  if (directory.empty() || directory[0] != '/')
    return fail(Code::kInvalidArgument, "--directory " + directory, "is not an absolute path");
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  return directory;
}

std::string standby_in_directory(Invocation& invocation, const std::string& directory, bool hydrated) {
  if (!invocation.has_catalog()) return {};
  const auto found = invocation.call("standby/find", {{"directory", directory}, {"hydrated", hydrated}});
  if (found) return found->at("tenant").get<std::string>();
  std::cerr << "seabed: the catalog was not asked whose " << directory << " is: " << found.error().message() << "\n";
  return {};
}

Result<quick::QuickTenant> open_staged(Invocation& invocation, const std::string& directory,
                                       quick::PageReaderOptions options) {
  std::vector<std::string> uris;
  if (invocation.has("data") || invocation.has("data-file")) {
    SEABED_TRY(uris, read_uris(invocation, "data"));
  }
  SEABED_TRY(const KeyAccess keys, read_keys(invocation));
  SEABED_TRY(Machine * machine, invocation.machine());
  return quick::open_quick_tenant(machine->context(), directory, uris, std::move(options), keys);
}

Result<const quick::QuickStream*> chosen_stream(const Invocation& invocation,
                                                const quick::QuickTenant& tenant) {
  SEABED_TRY(const uint64_t wanted, invocation.number("ls-id", 0));
  std::string known;
  for (const quick::QuickStream& stream : tenant.streams) {
    if (stream.ls_id == wanted || (wanted == 0 && tenant.streams.size() == 1)) return &stream;
    known += (known.empty() ? "" : ", ") + std::to_string(stream.ls_id) + " (" + stream.name + ")";
  }
  return fail(Code::kInvalidArgument, "--ls-id", wanted ? "names no log stream of the tenant" : "is missing",
              "its log streams: " + known);
}

}  // namespace seabed
