#include "core/engine/backup/set_document.h"

#include <nlohmann/json.hpp>

#include "core/base/bytes.h"

namespace seabed::backup {
namespace {

using Json = nlohmann::json;

std::string from_hex(const std::string& text) {
  std::string out;
  for (size_t i = 0; i + 1 < text.size(); i += 2) out += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  return out;
}

Json write(const std::vector<meta::FileEntry>& files) {
  Json out = Json::array();
  for (const auto& f : files) out.push_back({f.key(), f.size(), to_hex(f.hash128())});
  return out;
}
std::vector<meta::FileEntry> read_files(const Json& json) {
  std::vector<meta::FileEntry> out;
  for (const Json& row : json) {
    meta::FileEntry& f = out.emplace_back();
    f.set_key(row.at(0).get<std::string>());
    f.set_size(row.at(1).get<uint64_t>());
    f.set_hash128(from_hex(row.at(2).get<std::string>()));
  }
  return out;
}

Json write(const Attempt& a) { return {a.turn, a.retry}; }
Attempt read_attempt(const Json& json) { return {json.at(0).get<uint32_t>(), json.at(1).get<uint32_t>()}; }

Json write(const StreamDocument& s) {
  return {{"ls", s.ls_id}, {"turn", s.turn}, {"taken", s.taken_scn}, {"replay", s.start_replay_scn},
          {"restore", s.min_restore_scn}, {"tablets", s.tablets}, {"meta", s.meta_written}, {"sys", write(s.sys)},
          {"minor", write(s.minor)}, {"major", write(s.major)}};
}
StreamDocument read_stream(const Json& j) {
  return {.ls_id = j.at("ls"), .turn = j.at("turn"), .taken_scn = j.at("taken"), .start_replay_scn = j.at("replay"),
          .min_restore_scn = j.at("restore"), .tablets = j.at("tablets"), .meta_written = j.at("meta"),
          .sys = read_attempt(j.at("sys")), .minor = read_attempt(j.at("minor")), .major = read_attempt(j.at("major"))};
}

Json write(const std::vector<ComplementPiece>& pieces) {
  Json out = Json::array();
  for (const auto& p : pieces)
    out.push_back({to_hex(p.piece.SerializeAsString()), to_hex(p.files.SerializeAsString()), p.small});
  return out;
}
std::vector<ComplementPiece> read_pieces(const Json& json) {
  std::vector<ComplementPiece> out;
  for (const Json& row : json) {
    ComplementPiece& p = out.emplace_back();
    const bool good = p.piece.ParseFromString(from_hex(row.at(0).get<std::string>())) &&
                      p.files.ParseFromString(from_hex(row.at(1).get<std::string>()));
    if (!good) throw std::runtime_error("a piece of the complement log is damaged");
    p.small = row.at(2).get<std::vector<std::string>>();
  }
  return out;
}

}  // namespace

Attempt& StreamDocument::finished(const std::string& kind) {
  return kind == "sys" ? sys : kind == "minor" ? minor : major;
}
const Attempt& StreamDocument::finished(const std::string& kind) const {
  return const_cast<StreamDocument*>(this)->finished(kind);
}

StreamDocument& SetDocument::stream(uint64_t ls_id) {
  for (auto& s : streams)
    if (s.ls_id == ls_id) return s;
  return streams.emplace_back(StreamDocument{.ls_id = ls_id});
}

void drop_entries(std::vector<meta::FileEntry>* files, std::string_view prefix) {
  std::erase_if(*files, [&](const meta::FileEntry& f) { return f.key().starts_with(prefix); });
}

std::string encode_document(const SetDocument& d) {
  Json streams = Json::array(), directories = Json::array();
  for (const auto& s : d.streams) streams.push_back(write(s));
  for (const auto& x : d.directories)
    directories.push_back({{"ls", x.ls_id}, {"kind", x.kind}, {"at", write(x.at)}, {"files", write(x.files)}});
  return Json{{"turn", d.turn}, {"streams", streams}, {"directories", directories},
              {"meta_files", write(d.meta_files)}, {"data_files", write(d.data_files)},
              {"table_files", write(d.table_files)}, {"input", d.input_bytes}, {"output", d.output_bytes},
              {"blocks", d.blocks}, {"reused", d.reused_bytes}, {"end_us", d.end_us},
              {"log_pieces", write(d.log_pieces)}, {"log_files", write(d.log_files)}, {"log_bytes", d.log_bytes}}
      .dump();
}

Result<SetDocument> decode_document(const std::string& text) {
  SetDocument d;
  if (text.empty()) return d;
  try {
    const Json j = Json::parse(text);
    d.turn = j.at("turn");
    for (const Json& s : j.at("streams")) d.streams.push_back(read_stream(s));
    for (const Json& x : j.at("directories"))
      d.directories.push_back({x.at("ls"), x.at("kind"), read_attempt(x.at("at")), read_files(x.at("files"))});
    d.meta_files = read_files(j.at("meta_files"));
    d.data_files = read_files(j.at("data_files"));
    d.table_files = read_files(j.at("table_files"));
    d.input_bytes = j.at("input"), d.output_bytes = j.at("output"), d.blocks = j.at("blocks");
    d.reused_bytes = j.at("reused"), d.end_us = j.at("end_us");
    if (!j.contains("log_pieces")) return d;   // of an earlier version
    d.log_pieces = read_pieces(j.at("log_pieces"));
    d.log_files = read_files(j.at("log_files"));
    d.log_bytes = j.at("log_bytes");
  } catch (const std::exception& e) {
    return fail(Code::kCorruption, "set task", std::string("its state cannot be read: ") + e.what());
  }
  return d;
}

}  // namespace seabed::backup
