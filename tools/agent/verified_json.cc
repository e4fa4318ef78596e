#include "tools/agent/verified_json.h"

#include <nlohmann/json.hpp>

namespace seabed {
namespace {

using Piece = VerifiedDestination::Piece;

Json pieces_json(const std::map<Piece, std::string>& damaged) {
  Json json = Json::array();
  for (const auto& [id, why] : damaged) json.push_back({{"round", id.first}, {"piece", id.second}, {"why", why}});
  return json;
}

Json sets_json(const std::map<uint64_t, std::string>& damaged) {
  Json json = Json::array();
  for (const auto& [id, why] : damaged) json.push_back({{"set", id}, {"why", why}});
  return json;
}

}  // namespace

Json verified_json(const VerifiedDestination& v) {
  return {{"identity", v.identity},
          {"tenant_id", v.tenant_id},
          {"dest_id", v.dest_id},
          {"data", v.data},
          {"quick", v.quick},
          {"begun_us", v.begun_us},
          {"sets_there", v.sets_there},
          {"whole_sets", v.whole_sets},
          {"damaged_sets", sets_json(v.damaged_sets)},
          {"pieces_there", v.pieces_there},
          {"whole_pieces", v.whole_pieces},
          {"damaged_pieces", pieces_json(v.damaged_pieces)}};
}

VerifiedDestination read_verified(const Json& json) {
  VerifiedDestination v;
  json.at("identity").get_to(v.identity);
  json.at("tenant_id").get_to(v.tenant_id);
  json.at("dest_id").get_to(v.dest_id);
  json.at("data").get_to(v.data);
  json.at("quick").get_to(v.quick);
  json.at("begun_us").get_to(v.begun_us);
  json.at("sets_there").get_to(v.sets_there);
  json.at("whole_sets").get_to(v.whole_sets);
  json.at("pieces_there").get_to(v.pieces_there);
  json.at("whole_pieces").get_to(v.whole_pieces);
  for (const Json& one : json.at("damaged_sets"))
    v.damaged_sets[one.at("set").get<uint64_t>()] = one.at("why").get<std::string>();
  for (const Json& one : json.at("damaged_pieces"))
    v.damaged_pieces[{one.at("round").get<uint64_t>(), one.at("piece").get<uint64_t>()}] =
        one.at("why").get<std::string>();
  return v;
}

}  // namespace seabed
