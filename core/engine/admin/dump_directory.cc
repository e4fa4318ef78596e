// What lies below a directory: every object with its type and state, sets and pieces by their placeholders.
#include <spdlog/fmt/fmt.h>

#include <charconv>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/engine/admin/dump_parts.h"
#include "core/media/paths.h"

namespace seabed {
namespace {

constexpr uint32_t kPage = 1000;

/// Sets, rounds and pieces as the placeholders of a destination's root tell them.
class States {
 public:
  void see(const std::string& key) {
    if (auto set = paths::parse_set_placeholder(key)) {
      auto& state = sets_[{set->set.id, set->set.full}];
      if (set->what != paths::SetPlaceholder::kStart)
        state = set->what == paths::SetPlaceholder::kSuccess ? "SUCCESS" : "FAILED";
      else if (state.empty())
        state = "DOING or given up (no end placeholder)";
    }
    if (auto piece = paths::parse_piece_placeholder(key)) pieces_[piece->piece] |= piece->end;
    if (auto round = paths::parse_round_start(key)) rounds_.insert(*round);
    if (key.starts_with(paths::rounds())) round_keys_.insert(key);
  }
  Json json() const {
    Json out = Json::object();
    for (const auto& [id, state] : sets_)
      out["sets"].push_back(
          {{"backup_set_id", id.first}, {"type", id.second ? "full" : "inc"}, {"state", state}});
    for (const auto& id : rounds_)
      out["rounds"].push_back(
          {{"dest_id", id.first},
           {"round_id", id.second},
           {"state", round_keys_.contains(paths::round_end(id.first, id.second)) ? "STOP" : "not ended"}});
    for (const auto& [id, frozen] : pieces_)
      out["pieces"].push_back({{"dest_id", id.dest},
                               {"round_id", id.round},
                               {"piece_id", id.piece},
                               {"state", frozen ? "FROZEN" : "ACTIVE"}});
    return out;
  }

 private:
  std::map<std::pair<uint64_t, bool>, std::string> sets_;
  std::set<std::pair<uint64_t, uint64_t>> rounds_;
  std::set<std::string> round_keys_;
  std::map<paths::PieceKey, bool> pieces_;
};

/// A part of a log file has no frame of its own; its name says its length.
bool part_json(const ListEntry& entry, Json* out) {
  std::string file = dump::directory_of(entry.key);
  if (!file.empty()) file.pop_back();
  const auto part = paths::parse_log_part(file, entry.key);
  if (!part) return false;
  const uint64_t wanted = part->second - part->first;
  (*out)["type"] = "part of a log file";
  (*out)["state"] = wanted == entry.size ? "whole" : fmt::format("damaged: {} bytes were written", wanted);
  return true;
}

/// By its frame alone: 64 bytes of each object are read.
Json object_json(const Medium& medium, const ListEntry& entry) {
  Json out = {{"object", entry.key}, {"size", entry.size}, {"type", nullptr}, {"state", nullptr}};
  if (part_json(entry, &out)) return out;
  std::string head(kFileHeaderSize, '\0');
  auto got = medium.store->read_at(entry.key, 0, head, medium.io());
  if (!got) {
    out["state"] = got.error().code == Code::kNotFound ? "gone since it was listed"
                                                       : "unreadable: " + got.error().reason;
    return out;
  }
  head.resize(*got);
  auto header = decode_file_header(head, entry.key);
  if (!header) {
    out["state"] = "damaged: " + header.error().reason;
    return out;
  }
  out["type"] = file_type_name(header->type);
  const uint64_t wanted = kFileHeaderSize + header->body_length;
  const bool short_or_long = header->body_length != 0 && wanted != entry.size;
  out["state"] = short_or_long ? fmt::format("damaged: {} bytes were written", wanted) : "whole";
  return out;
}

/// The newest complete list of a table_list directory; 0: it is none.
Result<uint64_t> table_list_scn(const Medium& medium, const std::string& prefix) {
  const std::string mark = prefix + "table_list_meta_info.";
  SEABED_TRY(auto listed, medium.list(mark));
  uint64_t newest = 0;
  for (const auto& entry : listed) {
    uint64_t scn = 0;
    const std::string_view rest = std::string_view(entry.key).substr(mark.size());
    std::from_chars(rest.data(), rest.data() + rest.size(), scn);
    newest = std::max(newest, scn);
  }
  return newest;
}

Status each_object(const Medium& medium, const std::string& prefix,
                   const std::function<Status(const ListEntry&)>& visit) {
  std::string token;
  do {
    SEABED_TRY(ListPage page, medium.store->list(prefix, token, kPage, medium.io()));
    for (const auto& entry : page.entries) SEABED_CHECK(visit(entry));
    token = page.next;
  } while (!token.empty());
  return ok();
}

}  // namespace

Status dump_directory(const Medium& medium, const std::string& prefix, const DumpOptions& options,
                      DumpSink& sink) {
  SEABED_TRY(bool any, any_object(*medium.store, prefix, medium.io()));
  if (!any)
    return fail(Code::kNotFound, medium.name(prefix), "there is no object of this name, and none below it",
                "look at the path: `seabed admin dump_backup` of a directory above lists what is there");
  SEABED_TRY(uint64_t scn, table_list_scn(medium, prefix));
  if (scn != 0) return dump::dump_table_list(medium, prefix, scn, options, sink);
  sink.head({{"directory", medium.name(prefix)}, {"kind", "objects"}}, "objects");
  States states;
  uint64_t seen = 0, shown = 0, bytes = 0, damaged = 0;
  SEABED_CHECK(each_object(medium, prefix, [&](const ListEntry& entry) -> Status {
    if (medium.cancel && medium.cancel->cancelled())
      return fail(Code::kCancelled, medium.name(prefix), "cancelled");
    states.see(entry.key);
    bytes += entry.size;
    if (seen++ < options.offset || (options.limit != 0 && shown >= options.limit)) return ok();
    Json json = object_json(medium, entry);
    damaged += json["state"] != "whole";
    sink.item(json);
    ++shown;
    return ok();
  }));
  Json tail = {{"objects_found", seen}, {"objects_shown", shown}, {"bytes", bytes}, {"not_whole", damaged}};
  tail.update(states.json());
  tail["verdict"] = "listed: frames and lengths only, dump a file to check its content";
  dump::sound(sink, std::move(tail));
  return ok();
}

}  // namespace seabed
