#pragma once
// What the medium must hold, told independently of the archiver: every listed file with its size and hash, every log
// byte of a round once and in order.

#include <gtest/gtest.h>

#include "core/format/meta.pb.h"
#include "core/media/archive_objects.h"
#include "core/media/archive_reader.h"
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
      const std::string bytes = read_whole(store.path(dir + entry.key()));
      if (bytes.size() < entry.size()) return dir + entry.key() + " is short";
      if (entry.key().find("/log/") == std::string::npos && bytes.size() != entry.size()) return entry.key() + " grew";
      if (view(hash128(std::string_view(bytes).substr(0, entry.size()))) != entry.hash128())
        return dir + entry.key() + " has another hash";
      ++present;
    }
    for (const auto& [name, n] : all)
      if (name.starts_with(dir)) present -= 1;
    if (present != 0) return dir + " holds files that its descriptor does not list";
  }
  return {};
}

}  // namespace seabed::test
