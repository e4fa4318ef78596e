#include "tools/cli/uri_input.h"

#include <iostream>
#include <sstream>

#include "core/base/fd.h"
#include "core/base/uri.h"
#include "tools/cli/invocation.h"

namespace seabed {
namespace {

void add_lines(std::istream& in, std::vector<std::string>* out) {
  for (std::string line; std::getline(in, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty() && line[0] != '#') out->push_back(line);
  }
}

Status check_public(const std::string& text, const std::string& option) {
  SEABED_TRY(Uri uri, parse_uri(text));
  for (const auto& [key, value] : uri.params) {
    if (is_secret_key(key))
      return fail(
          Code::kInvalidArgument, "--" + option,
          "the URI holds " + key + ", and the words of a process can be read by everyone on this machine",
          "give it by --" + option + "-file FILE, or - and standard input");
  }
  return ok();
}

}  // namespace

std::vector<OptionSpec> uri_options(const std::string& name, OptionSpec::Kind kind, const std::string& help) {
  return {{kind, name, "URI", help + "; - reads it from standard input"},
          {OptionSpec::kText, name + "-file", "FILE", "the same from a file, for URIs that hold secrets"}};
}

Result<std::vector<std::string>> read_uris(const Invocation& invocation, const std::string& name) {
  std::vector<std::string> out;
  for (const std::string& text : invocation.list(name)) {
    if (text == "-") {
      add_lines(std::cin, &out);
      continue;
    }
    SEABED_CHECK(check_public(text, name));
    out.push_back(text);
  }
  if (invocation.has(name + "-file")) {
    SEABED_TRY(std::string content, read_file(invocation.text(name + "-file"), 1 << 20));
    std::istringstream in(content);
    add_lines(in, &out);
  }
  for (const std::string& text : out) SEABED_CHECK(parse_uri(text));
  if (out.empty())
    return fail(Code::kInvalidArgument, "--" + name, "is missing",
                "for example --" + name + " file:///backup/shop");
  return out;
}

Result<std::string> read_uri(const Invocation& invocation, const std::string& name) {
  SEABED_TRY(auto uris, read_uris(invocation, name));
  if (uris.size() == 1) return uris[0];
  return fail(Code::kInvalidArgument, "--" + name,
              "gives " + std::to_string(uris.size()) + " URIs, one is wanted");
}

}  // namespace seabed
