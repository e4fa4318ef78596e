// How much of log/<n>.obarc counts (docs/format/log-file.md): the piece's file list, the next file's header,
// or the newest checkpoint. Best effort: what cannot be read says nothing.
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/engine/admin/dump_parts.h"
#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "core/media/paths.h"

namespace seabed::dump {
namespace {

constexpr uint64_t kHeaderBytes = 128 << 10;  // file header and the longest log file header

struct Place {
  std::string piece, stream, log;  // directories, each ending in '/'
  uint64_t ls = 0;
  uint32_t file = 0;
};

template <class T>
bool number(std::string_view text, T* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// <piece>/logstream_<ls>/log/<file>.obarc
bool parse(const std::string& key, Place* place) {
  place->log = directory_of(key);
  if (!place->log.ends_with("/log/") || !key.ends_with(".obarc")) return false;
  const std::string name = key.substr(place->log.size());
  place->stream = place->log.substr(0, place->log.size() - 4);
  place->piece = directory_of(place->stream.substr(0, place->stream.size() - 1));
  std::string stream = place->stream.substr(place->piece.size());
  stream.pop_back();
  return number(std::string_view(name).substr(0, name.size() - 6), &place->file) &&
         stream.starts_with("logstream_") && number(std::string_view(stream).substr(10), &place->ls);
}

LogEnd from_list(const Medium& medium, const Place& place) {
  const std::string key = place.stream + "file_info.obarc";
  meta::LsFileList list;
  if (!medium.read_message(key, FileType::kLsFileList, &list)) return {};
  for (const auto& file : list.files())
    if (file.file_id() == place.file) return {true, file.length(), file.hash128(), key};
  return {};
}

LogEnd from_next_file(const Medium& medium, const Place& place) {
  const std::string key = place.log + std::to_string(place.file + 1) + ".obarc";
  auto object = open_log_object(medium, key);
  if (!object) return {};
  auto head = read_exactly(**object, 0, std::min(kHeaderBytes, (*object)->size()));
  size_t used = 0;
  auto header = head ? decode_log_file_header(*head, &used, key) : fail(head.error());
  if (!header || header->previous_file_id() != place.file) return {};
  return {true, header->previous_length(), header->previous_hash128(), key};
}

LogEnd from_checkpoint(const Medium& medium, const Place& place) {
  auto listed = medium.list(place.piece + "checkpoint/");
  std::string newest;
  uint64_t scn = 0;
  if (listed)
    for (const auto& entry : *listed)
      if (auto found = paths::parse_checkpoint(entry.key); found && *found >= scn)
        scn = *found, newest = entry.key;
  meta::Checkpoint checkpoint;
  if (newest.empty() || !medium.read_message(newest, FileType::kCheckpoint, &checkpoint)) return {};
  for (const auto& ls : checkpoint.ls())
    if (ls.ls_id() == place.ls && ls.last_file_id() == place.file)
      return {true, ls.last_file_length(), ls.last_file_hash128(), newest};
  return {};
}

}  // namespace

LogEnd log_end(const Medium& medium, const std::string& key) {
  Place place;
  if (!parse(key, &place)) return {};
  for (auto look : {from_list, from_next_file, from_checkpoint})
    if (LogEnd end = look(medium, place); end.found) return end;
  return {};
}

}  // namespace seabed::dump
