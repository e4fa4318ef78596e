#pragma once
// What the medium must hold, told independently of the archiver: every listed file with its size and hash, every log
// byte of a round once and in order.

#include <gtest/gtest.h>

#include "core/format/meta.pb.h"
#include "core/media/archive_objects.h"
#include "core/media/archive_reader.h"
#include "core/media/log_object.h"
#include "core/media/stream_log.h"
#include "tests/unit/engine/archive_fakes.h"

namespace seabed::test {

/// The log of a stream in the newest round, as a restore reads it; "error: …" when it cannot be read.
inline std::string newest_round_log(const std::string& destination, uint64_t ls) {
  auto store = std::make_shared<DirStore>(destination);
  auto reader = ArchiveReader::open(Medium{store});
  if (!reader) return "error: " + reader.error().message();
  auto pieces = reader->pieces();
  if (!pieces) return "error: " + pieces.error().message();
  if (pieces->empty()) return "error: no piece";
  std::vector<PieceFacts> round;
  for (auto& p : *pieces) {
    if (p.problem) return "error: " + p.problem->message();
    if (p.key.round == pieces->back().key.round) round.push_back(p);
  }
  StreamLog log(Medium{store}, round, ls, {});
  std::string out;
  for (LogGroup g;;) {
    auto more = log.next(&g);
    if (!more) return "error: " + more.error().message();
    if (!*more) return out;
    if (g.type == GroupType::kLog) out += g.payload;
  }
}

/// A log file in parts, told without the reader: names in numeric order, each as long as its name says, none missing
/// before the first gap, both metas there. nullopt: no such file.
inline std::optional<std::string> parts_joined(const DirStore& store, const std::string& file) {
  std::map<uint64_t, std::string> parts;
  bool format = false, seal = false;
  for (const auto& [name, size] : store.all()) {
    if (!name.starts_with(file + "/@APD_PART@")) continue;
    const std::string rest = name.substr(file.size() + 11);
    format |= rest == "FORMAT_META.obarc";
    seal |= rest == "SEAL_META.obarc";
    if (rest.ends_with("META.obarc")) continue;
    const uint64_t start = std::stoull(rest), end = std::stoull(rest.substr(rest.find('-') + 1));
    if (size != end - start) return "error: " + name + " has another length than its name says";
    parts[start] = read_whole(store.path(name));
  }
  if (!format && !seal && parts.empty()) return std::nullopt;
  if (!format || !seal) return "error: " + file + " lacks a META";
  std::string out;
  for (const auto& [start, bytes] : parts)
    if (start == out.size()) out += bytes;
  if (parts.empty()) {
    auto header = open_log_object(const_cast<DirStore&>(store), file, IoContext{});
    if (!header) return "error: " + header.error().message();
    out.resize((*header)->size());
    if (!(*header)->read_at(0, out)) return "error: " + file + " has no header";
  }
  return out;
}

/// Empty when every frozen piece holds exactly what its descriptor lists.
inline std::string wrong_in_frozen_pieces(const std::string& destination) {
  DirStore store(destination);
  const auto all = store.all();
  for (const auto& [key, size] : all) {
    const auto end = paths::parse_piece_placeholder(key);
    if (!end || !end->end) continue;
    meta::PieceDescriptor d;
    if (auto read = read_message(store, paths::single_piece_info(end->piece), FileType::kPieceInfo, &d, {}); !read)
      return read.error().message();
    const std::string dir = paths::piece_dir(end->piece);
    size_t present = 1;  // single_piece_info itself
    for (const auto& entry : d.files()) {
      const auto in_parts = parts_joined(store, dir + entry.key());
      if (in_parts && in_parts->starts_with("error")) return *in_parts;
      const std::string bytes = in_parts ? *in_parts : read_whole(store.path(dir + entry.key()));
      if (bytes.size() < entry.size()) return dir + entry.key() + " is short";
      if (entry.key().find("/log/") == std::string::npos && bytes.size() != entry.size()) return entry.key() + " grew";
      if (view(hash128(std::string_view(bytes).substr(0, entry.size()))) != entry.hash128())
        return dir + entry.key() + " has another hash";
      if (!in_parts) ++present;
    }
    for (const auto& [name, n] : all)
      if (name.starts_with(dir) && name.find("/@APD_PART@") == name.npos) present -= 1;
    if (present != 0) return dir + " holds files that its descriptor does not list";
  }
  return {};
}

}  // namespace seabed::test
