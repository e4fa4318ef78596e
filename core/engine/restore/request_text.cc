#include "core/engine/restore/request_text.h"

#include <nlohmann/json.hpp>

namespace seabed::restore {
namespace {

using nlohmann::json;

/// The text is ours: what cannot be read was damaged, and is never shown.
template <class F>
auto parsed(const std::string& text, F read) -> Result<decltype(read(json()))> {
  try {
    return read(json::parse(text));
  } catch (const std::exception&) {
    return fail(Code::kCorruption, "a kept request", "cannot be read", "start it again");
  }
}

json keys_json(const KeyAccess& k) {
  return {{"passwords", k.passwords}, {"key_uri", k.key_uri}, {"key_password", k.key_password}};
}

KeyAccess keys_from(const json& j) {
  return {j.at("passwords").get<std::vector<std::string>>(), j.at("key_uri"), j.at("key_password")};
}

}  // namespace

std::string encode_request(const KeptRequest& kept) {
  const RestoreRequest& r = kept.request;
  return json{{"uris", r.source.uris},
              {"until_scn", r.until.scn},
              {"directory", r.directory},
              {"tenant", r.tenant_name},
              {"concurrency", r.concurrency},
              {"quick", r.quick},
              {"own_library", r.own_library},
              {"keys", keys_json(r.source.keys)},
              {"job_id", r.job_id},
              {"made_directory", kept.made_directory},
              {"log_uri", kept.log_uri}}
      .dump();
}

Result<KeptRequest> decode_request(const std::string& text) {
  return parsed(text, [](const json& j) {
    KeptRequest kept;
    RestoreRequest& r = kept.request;
    r.source.uris = j.at("uris").get<std::vector<std::string>>();
    r.until = {RestoreTargetPoint::Kind::kScn, j.at("until_scn").get<uint64_t>(), {}};
    r.directory = j.at("directory");
    r.tenant_name = j.at("tenant");
    r.concurrency = j.at("concurrency");
    r.quick = j.at("quick");
    r.own_library = j.value("own_library", false);
    r.source.keys = keys_from(j.at("keys"));
    r.job_id = j.at("job_id");
    kept.made_directory = j.at("made_directory");
    kept.log_uri = j.at("log_uri");
    return kept;
  });
}

std::string encode_source(const LogSource& s) {
  return json{{"uri", s.uri}, {"keys", keys_json(s.keys)}}.dump();
}

Result<LogSource> decode_source(const std::string& text) {
  return parsed(text, [](const json& j) { return LogSource{j.at("uri"), keys_from(j.at("keys"))}; });
}

}  // namespace seabed::restore
