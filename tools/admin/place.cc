#include "tools/admin/place.h"

#include <filesystem>
#include <iostream>
#include <sstream>

#include "core/base/fd.h"
#include "tools/cli/invocation.h"

namespace seabed {
namespace {

struct Words {
  std::string text;
  bool hidden = false;  // not from the command line
};

/// Lines of a file or standard input; '#' begins a comment.
std::string joined_lines(std::istream& in, char separator) {
  std::string out;
  for (std::string line; std::getline(in, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty() && line[0] != '#') out += (out.empty() ? "" : std::string(1, separator)) + line;
  }
  return out;
}

/// Lines of the URI's own file are one URI: a second one is an error of parse_uri (a blank).
Result<Words> read_words(const Invocation& invocation, const std::string& option, char separator) {
  const std::string text = invocation.text(option);
  if (text == "-") return Words{joined_lines(std::cin, separator), true};
  if (!text.starts_with("@")) return Words{text, false};
  SEABED_TRY(std::string content, read_file(text.substr(1), 1 << 20));
  std::istringstream in(content);
  return Words{joined_lines(in, separator), true};
}

Status check_public(const Uri& uri, const std::string& option, const std::string& next_step) {
  for (const auto& [key, value] : uri.params)
    if (is_secret_key(key))
      return fail(Code::kInvalidArgument, option,
                  "holds " + key + ", and the words of a process can be read by everyone on this machine",
                  next_step);
  return ok();
}

Result<Uri> local_path(const std::string& path) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(path, error).lexically_normal();
  Uri uri{"file", absolute.string(), {}};
  while (uri.location.size() > 1 && uri.location.back() == '/') uri.location.pop_back();
  if (error || uri.location.size() < 2)
    return fail(Code::kInvalidArgument, "-d", "'" + path + "' names no file or directory");
  return uri;
}

Result<Uri> read_dest(const Words& words) {
  if (words.text.empty())
    return fail(Code::kInvalidArgument, "-d", "is empty", "for example -d file:///backup/shop/data");
  if (words.text.find("://") == std::string::npos) return local_path(words.text);
  SEABED_TRY(Uri uri, parse_uri(words.text));
  if (!words.hidden)
    SEABED_CHECK(
        check_public(uri, "-d", "leave it out there and give it by -s @FILE, or -s - and standard input"));
  return uri;
}

}  // namespace

std::vector<OptionSpec> place_options(const std::string& what) {
  return {{OptionSpec::kText, "dest", "URI",
           what + ": URI or local path; @FILE or - (standard input) for one with secrets", true, 'd'},
          {OptionSpec::kText, "storage-info", "INFO",
           "host=…&access_id=…&access_key=… as @FILE (also one a line) or - (standard input)", false, 's'}};
}

Result<Uri> read_place(const Invocation& invocation) {
  if (invocation.text("dest") == "-" && invocation.text("storage-info") == "-")
    return fail(Code::kInvalidArgument, "-d and -s", "both want standard input", "give one of them as @FILE");
  SEABED_TRY(Words dest, read_words(invocation, "dest", ' '));
  SEABED_TRY(Uri uri, read_dest(dest));
  if (!invocation.has("storage-info")) return uri;
  SEABED_TRY(Words info, read_words(invocation, "storage-info", '&'));
  if (info.text.empty())
    return fail(Code::kInvalidArgument, "-s", "is empty", "write host=…&access_id=…&access_key=…");
  SEABED_TRY(Uri extra, parse_uri("info://s?" + info.text).map_error([](Error error) {
    error.object = "-s";
    error.next_step = "write host=…&access_id=…&access_key=…, with %25 for a % in a value";
    return error;
  }));
  if (!info.hidden)
    SEABED_CHECK(check_public(extra, "-s", "give it by -s @FILE, or -s - and standard input"));
  for (const auto& [key, value] : extra.params)
    if (!uri.params.emplace(key, value).second)
      return fail(Code::kInvalidArgument, "-s", key + " is given in -d as well");
  return uri;
}

}  // namespace seabed
