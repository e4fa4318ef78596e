// What a job was asked for, as text for its next run.

#include <nlohmann/json.hpp>

#include "core/engine/table/table_job.h"

namespace seabed::table {
namespace {

using nlohmann::json;
using Kind = RestoreTargetPoint::Kind;

}  // namespace

std::string encode_job(const JobRequest& job) {
  const TableRequest& r = job.request;
  return json{{"tenant", job.tenant},
              {"options", job.options},
              {"tables", r.tables},
              {"uris", r.source.uris},
              {"until", static_cast<int>(r.until.kind)},
              {"scn", r.until.scn},
              {"time", r.until.time},
              {"remap_tables", r.remap_tables},
              {"remap_tablegroups", r.remap_tablegroups},
              {"remap_tablespaces", r.remap_tablespaces},
              {"concurrency", r.concurrency},
              {"description", r.description},
              {"passwords", r.source.keys.passwords},
              {"key_uri", r.source.keys.key_uri},
              {"key_password", r.source.keys.key_password}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<JobRequest> decode_job(const std::string& text) {
  try {
    const json j = json::parse(text);
    JobRequest job;
    TableRequest& r = job.request;
    job.tenant = j.at("tenant"), job.options = j.at("options");
    r.tables = j.at("tables").get<std::vector<std::string>>();
    r.source.uris = j.at("uris").get<std::vector<std::string>>();
    const int kind = j.at("until");
    if (kind < 0 || kind > static_cast<int>(Kind::kTime)) throw std::runtime_error("an unknown target");
    r.until = {static_cast<Kind>(kind), j.at("scn"), j.at("time")};
    r.remap_tables = j.at("remap_tables").get<std::vector<std::string>>();
    r.remap_tablegroups = j.at("remap_tablegroups").get<std::vector<std::string>>();
    r.remap_tablespaces = j.at("remap_tablespaces").get<std::vector<std::string>>();
    r.concurrency = j.at("concurrency"), r.description = j.at("description");
    r.source.keys.passwords = j.at("passwords").get<std::vector<std::string>>();
    r.source.keys.key_uri = j.at("key_uri"), r.source.keys.key_password = j.at("key_password");
    return job;
  } catch (const std::exception&) {  // its text may hold secrets
    return fail(Code::kCorruption, "a table restore's request", "cannot be read", "submit it again");
  }
}

}  // namespace seabed::table
