#include "core/engine/restore/restore_state.h"

#include <nlohmann/json.hpp>

#include "core/base/fd.h"

namespace seabed::restore {
namespace {

using nlohmann::json;

json place_to_json(const std::optional<StreamLogPlace>& p) {
  if (!p) return nullptr;
  return {{"dest", p->piece.dest}, {"round", p->piece.round}, {"piece", p->piece.piece},
          {"file", p->file},       {"offset", p->offset},     {"last_scn", p->last_scn}};
}

std::optional<StreamLogPlace> place_from_json(const json& owner, const char* name) {
  if (!owner.contains(name) || owner.at(name).is_null()) return std::nullopt;
  const json& j = owner.at(name);
  StreamLogPlace p;
  p.piece.dest = j.at("dest"), p.piece.round = j.at("round"), p.piece.piece = j.at("piece");
  p.file = j.at("file"), p.offset = j.at("offset"), p.last_scn = j.at("last_scn");
  return p;
}

json stream_to_json(const StreamResult& s) {
  return {{"ls_id", s.outcome.ls_id},
          {"engine", s.engine},
          {"name", s.name},
          {"scn_lo", s.outcome.scn_lo},
          {"scn_hi", s.outcome.scn_hi},
          {"next_scn_lo", s.outcome.next_scn_lo},
          {"stamp", s.outcome.stamp},
          {"clock_error_ns", s.clock_error_ns},
          {"exact", s.exact},
          {"unknown_delay", s.unknown_delay},
          {"log_bytes", s.log_bytes},
          {"groups", s.groups},
          {"records", s.records},
          {"place", place_to_json(s.place)},
          {"warnings", s.warnings}};
}

StreamResult stream_from_json(const json& j) {
  StreamResult s;
  s.outcome.ls_id = j.at("ls_id");
  s.engine = j.at("engine");
  s.name = j.at("name");
  s.outcome.scn_lo = j.at("scn_lo");
  s.outcome.scn_hi = j.at("scn_hi");
  s.outcome.next_scn_lo = j.at("next_scn_lo");
  s.outcome.stamp = j.at("stamp");
  s.clock_error_ns = j.at("clock_error_ns");
  s.exact = j.at("exact");
  s.unknown_delay = j.at("unknown_delay");
  s.log_bytes = j.at("log_bytes");
  s.groups = j.at("groups");
  s.records = j.at("records");
  s.place = place_from_json(j, "place");
  s.warnings = j.at("warnings").get<std::vector<std::string>>();
  return s;
}

RestoreState state_from_json(const json& j) {
  RestoreState s;
  if (!parse_status(j.at("status").get<std::string>(), &s.state)) throw std::runtime_error("unknown status");
  s.activated = j.at("activated");
  s.remote = j.value("restore_data_mode", "NORMAL") == "REMOTE";
  s.own_library = j.value("own_library", false);
  s.data_destination = j.value("data_destination", "");
  s.comment = j.at("comment");
  s.tenant = j.at("tenant");
  s.backup_tenant = j.at("backup_tenant");
  s.cluster_id = j.at("cluster_id");
  s.backup_tenant_id = j.at("backup_tenant_id");
  s.mode = j.at("mode");
  s.time_zone = j.at("time_zone");
  s.target = j.at("target_scn");
  s.target_display = j.at("target");
  s.sets = j.at("sets").get<std::vector<std::string>>();
  s.pieces = j.at("pieces").get<std::vector<std::string>>();
  s.job_id = j.at("job_id");
  for (const json& stream : j.at("streams")) s.streams.push_back(stream_from_json(stream));
  s.stream_names = j.at("stream_names").get<std::vector<std::string>>();
  s.newer_streams = j.value("newer_streams", std::vector<uint64_t>{});
  s.bound = j.at("bound_ns");
  if (j.contains("parameters")) {   // since version 2
    s.parameters = j.at("parameters").get<std::map<std::string, std::string>>();
    s.variables = j.at("variables").get<std::map<std::string, std::string>>();
  }
  s.dictionary_place = place_from_json(j, "dictionary_place");
  s.dictionary_incarnation = j.value("dictionary_incarnation", uint64_t{0});
  s.dictionary_scn = j.value("dictionary_scn", uint64_t{0});
  s.auxiliary_behind = j.value("auxiliary_behind", false);
  s.auxiliary = j.value("auxiliary", std::vector<std::string>{});
  s.not_restored = j.at("not_restored").get<std::vector<std::string>>();
  s.warnings = j.at("warnings").get<std::vector<std::string>>();
  return s;
}

}  // namespace

std::string encode_state(const RestoreState& s) {
  json j{{"seabed", 1},
         {"status", tenant_status(s.state)},
         {"activated", s.activated},
         {"restore_data_mode", s.remote ? "REMOTE" : "NORMAL"},
         {"own_library", s.own_library},
         {"data_destination", s.data_destination},
         {"comment", s.comment},
         {"tenant", s.tenant},
         {"backup_tenant", s.backup_tenant},
         {"cluster_id", s.cluster_id},
         {"backup_tenant_id", s.backup_tenant_id},
         {"mode", s.mode},
         {"time_zone", s.time_zone},
         {"target_scn", s.target},
         {"target", s.target_display},
         {"sets", s.sets},
         {"pieces", s.pieces},
         {"job_id", s.job_id},
         {"streams", json::array()},
         {"stream_names", s.stream_names},
         {"newer_streams", s.newer_streams},
         {"bound_ns", s.bound},
         {"dictionary_place", place_to_json(s.dictionary_place)},
         {"dictionary_incarnation", s.dictionary_incarnation},
         {"dictionary_scn", s.dictionary_scn},
         {"auxiliary_behind", s.auxiliary_behind},
         {"auxiliary", s.auxiliary},
         {"not_restored", s.not_restored},
         {"parameters", s.parameters},
         {"variables", s.variables},
         {"warnings", s.warnings}};
  for (const StreamResult& stream : s.streams) j["streams"].push_back(stream_to_json(stream));
  // Names from a database need not be UTF-8.
  return j.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<RestoreState> decode_state(const std::string& text, const std::string& object) {
  try {
    return state_from_json(json::parse(text));
  } catch (const std::exception& e) {
    return fail(Code::kCorruption, object, std::string("is no state of a restore: ") + e.what(),
                "remove the directory and restore again");
  }
}

Result<std::optional<RestoreState>> read_state(const std::string& directory) {
  const std::string path = directory + "/" + kTenantFile;
  auto text = read_file(path);
  if (!text && text.error().code == Code::kNotFound) return std::nullopt;
  if (!text) return fail(text.error());
  SEABED_TRY(RestoreState state, decode_state(*text, path));
  return state;
}

Status write_state(const std::string& directory, const RestoreState& state) {
  return write_file_atomic(directory + "/" + kTenantFile, encode_state(state));
}

}  // namespace seabed::restore
