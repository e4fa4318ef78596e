#include "core/engine/drill/report.h"

#include <nlohmann/json.hpp>

#include "core/base/bytes.h"

namespace seabed::drill {
namespace {

using nlohmann::json;
constexpr char kPreamble[] = "seabed drill report 1\n";  // before the signed bytes: no other signature fits

/// Sorted keys, no blanks, integers only: one text for one value. Names that are not UTF-8 lose what is not.
std::string canonical(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json error_json(const Error& e) {
  return {
      {"class", code_name(e.code)}, {"object", e.object}, {"reason", e.reason}, {"next_step", e.next_step}};
}

json stream_json(const TenantScan::Stream& stream) {
  json families = json::array();
  uint64_t rows = 0;
  for (const FamilyScan& f : stream.scan.families) {
    families.push_back(
        {{"name", f.name}, {"rows", f.rows}, {"bytes", f.bytes}, {"digest", to_hex(view(f.digest))}});
    rows += f.rows;
  }
  return {{"ls_id", stream.ls_id}, {"name", stream.name}, {"rows", rows}, {"families", families}};
}

json body_json(const Report& r) {
  json streams = json::array();
  for (const auto& stream : r.scan.streams) streams.push_back(stream_json(stream));
  return {{"drill_id", r.drill_id},
          {"cluster", {{"id", r.cluster_id}, {"name", r.cluster_name}}},
          {"tenant", {{"id", r.tenant_id}, {"name", r.tenant_name}}},
          {"host", r.host},
          {"version", r.version},
          {"sources", r.sources},
          {"moment", r.moment},
          {"method", r.full ? "full" : "quick"},
          {"target_scn", r.target},
          {"target", r.target_display},
          {"backup_sets", r.sets},
          {"pieces", r.pieces},
          {"bound_ns", r.bound_ns >= kScnMax ? json(nullptr) : json(r.bound_ns)},
          {"started_ns", r.started},
          {"ended_ns", r.ended},
          {"restore_ms", r.restore_ms},
          {"scan_ms", r.scan_ms},
          {"restored_bytes", r.restored_bytes},
          {"medium_bytes", r.medium_bytes},
          {"streams", streams},
          {"rows", r.rows()},
          {"warnings", r.warnings},
          {"result", r.passed() ? "PASSED" : "FAILED"},
          {"error", r.error ? error_json(*r.error) : json(nullptr)}};
}

std::string envelope(const json& body, const std::string& key_id, const std::string& signature) {
  const json file = {{"seabed_drill_report", 1},
                     {"body", body},
                     {"signature", {{"algorithm", "Ed25519"}, {"key_id", key_id}, {"value", signature}}}};
  return file.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Empty when it is no hexadecimal text.
std::string unhex(const std::string& hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    const int high = nibble(hex[i]), low = nibble(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    out.push_back(static_cast<char>(high << 4 | low));
  }
  return hex.size() % 2 == 0 ? out : std::string();
}

}  // namespace

uint64_t Report::rows() const {
  uint64_t out = 0;
  for (const auto& stream : scan.streams)
    for (const FamilyScan& f : stream.scan.families) out += f.rows;
  return out;
}

Result<std::string> encode_report(const Report& report, const SigningKey& key) {
  const json body = json::parse(canonical(body_json(report)));
  SEABED_TRY(const std::string signature, key.sign(kPreamble + canonical(body)));
  return envelope(body, key.public_key().id(), to_hex(signature));
}

Result<CheckedReport> check_report(const std::string& file, const PublicKey& key, const std::string& object) {
  try {
    const json parsed = json::parse(file);
    const json& body = parsed.at("body");
    const std::string key_id = parsed.at("signature").at("key_id"),
                      value = parsed.at("signature").at("value");
    // Blanks, order and repeated keys count too: the file is the one text that this content has.
    if (parsed.at("seabed_drill_report") != 1 || envelope(body, key_id, value) != file)
      return fail(Code::kCorruption, object, "is not in the form of a report",
                  "it was changed after it was signed");
    if (key_id != key.id())
      return fail(Code::kPermissionDenied, object,
                  "was signed with the key " + key_id + ", not with " + key.id(),
                  "give the public key of the cluster that drilled (--public-key)");
    if (!key.verify(kPreamble + canonical(body), unhex(value)))
      return fail(Code::kCorruption, object, "its signature does not hold",
                  "it was changed after it was signed");
    return CheckedReport{canonical(body), body.at("result") == "PASSED"};
  } catch (const std::exception& e) {
    return fail(Code::kCorruption, object, std::string("is no report of a drill: ") + e.what());
  }
}

}  // namespace seabed::drill
