// What parent and child say to each other: a JSON object a line.
#include "tools/reads/scan_lines.h"

#include "core/base/bytes.h"
#include "tools/reads/scan_child.h"

namespace seabed {
namespace {

Json family_json(const FamilyScan& f) {
  return {{"name", to_hex(f.name)}, {"rows", f.rows}, {"bytes", f.bytes}, {"digest", to_hex(view(f.digest))}};
}

std::string unhex(const std::string& hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return out;
}

FamilyScan family_of(const Json& json) {
  FamilyScan f;
  f.name = unhex(json.at("name"));
  f.rows = json.at("rows"), f.bytes = json.at("bytes");
  const std::string digest = unhex(json.at("digest"));
  std::copy_n(digest.begin(), std::min(digest.size(), f.digest.size()), f.digest.begin());
  return f;
}

}  // namespace

std::string scan_progress_line(uint64_t rows, uint64_t guess) {
  return Json{{"rows", rows}, {"guess", guess}}.dump() + "\n";
}

std::string scan_result_line(const Result<TenantScan>& result) {
  if (!result)
    return Json{{"error", to_json(result.error())}}.dump(-1, ' ', false, Json::error_handler_t::replace) +
           "\n";
  Json streams = Json::array();
  for (const auto& stream : result->streams) {
    Json families = Json::array();
    for (const FamilyScan& f : stream.scan.families) families.push_back(family_json(f));
    streams.push_back({{"ls_id", stream.ls_id}, {"name", stream.name}, {"families", families}});
  }
  return Json{{"streams", streams}, {"medium_bytes", result->medium_bytes}}.dump() + "\n";
}

Result<TenantScan> scan_of(const Json& json) {
  if (json.contains("error")) return fail(error_from_json(json["error"]));
  TenantScan out;
  out.medium_bytes = json.at("medium_bytes");
  for (const Json& stream : json.at("streams")) {
    out.streams.push_back({stream.at("ls_id"), stream.at("name"), {}});
    for (const Json& f : stream.at("families")) out.streams.back().scan.families.push_back(family_of(f));
  }
  return out;
}

}  // namespace seabed
