#include "core/engine/clean/media_agreement.h"

#include <spdlog/fmt/fmt.h>

namespace seabed::clean {
namespace {

constexpr char kRebuild[] = "the media win: `seabed tenant rebuild`";

bool is_gone(const std::string& file_status) { return file_status == "DELETED" || file_status == "DELETING"; }

std::string set_difference(const catalog::BackupSetRow& row, const MediaNames& media) {
  const bool buried = media.deleted.sets.contains(row.backup_set_id);
  const auto found = media.sets.find(row.backup_set_id);
  if (row.file_status == "DELETED")
    return found == media.sets.end() || buried
               ? ""
               : fmt::format("set {} is DELETED in the catalog, and there without a tombstone",
                             row.backup_set_id);
  if (is_gone(row.file_status)) return "";
  if (buried)
    return fmt::format("set {} was deleted there, and is {} in the catalog; {}", row.backup_set_id,
                       row.file_status, kRebuild);
  if (!is_usable(row)) return "";
  if (found == media.sets.end() || !found->second.success)
    return fmt::format("set {} is {} in the catalog, and is not there; look with `seabed verify`",
                       row.backup_set_id, row.file_status);
  if (found->second.full != (row.backup_type == "D"))
    return fmt::format("set {} is of another type than in the catalog", row.backup_set_id);
  return "";
}

std::string piece_difference(const catalog::PieceRow& row, const MediaNames& media) {
  const paths::PieceKey key{row.dest_id, row.round_id, row.piece_id};
  const bool buried = media.deleted.pieces.contains(key);
  const auto found = media.pieces.find(key);
  if (row.file_status == "DELETED")
    return found == media.pieces.end() || buried
               ? ""
               : fmt::format("piece {} is DELETED in the catalog, and there without a tombstone",
                             row.piece_id);
  if (is_gone(row.file_status)) return "";
  if (buried)
    return fmt::format("piece {} was deleted there, and is {} in the catalog; {}", row.piece_id,
                       row.file_status, kRebuild);
  if (row.status != "FROZEN" || row.file_status != "AVAILABLE") return "";
  if (found == media.pieces.end() || !found->second.ended)
    return fmt::format("piece {} is FROZEN in the catalog, and is not there; look with `seabed verify`",
                       row.piece_id);
  return "";
}

}  // namespace

Result<MediaNames> list_media(ObjectStore& store, const IoContext& io) {
  MediaNames out;
  SEABED_TRY(const auto sets, list_all(store, paths::backup_sets(), io));
  for (const auto& entry : sets)
    if (const auto p = paths::parse_set_placeholder(entry.key)) {
      auto& set = out.sets[p->set.id];
      set.full = p->set.full;
      set.started |= p->what == paths::SetPlaceholder::kStart;
      set.success |= p->what == paths::SetPlaceholder::kSuccess;
      set.failed |= p->what == paths::SetPlaceholder::kFailed;
    }
  SEABED_TRY(const auto pieces, list_all(store, paths::pieces(), io));
  for (const auto& entry : pieces)
    if (const auto p = paths::parse_piece_placeholder(entry.key))
      (p->end ? out.pieces[p->piece].ended : out.pieces[p->piece].started) = true;
  SEABED_TRY(out.deleted, deleted_names(store, io));
  return out;
}

std::vector<std::string> differences_of(const Stock& stock, uint64_t dest_id, bool data,
                                        const MediaNames& media) {
  std::vector<std::string> out;
  const auto add = [&](std::string text) {
    if (!text.empty()) out.push_back(std::move(text));
  };
  std::set<uint64_t> known_sets;
  std::set<paths::PieceKey> known_pieces;
  for (const auto& row : stock.sets)
    if (data && row.dest_id == dest_id) known_sets.insert(row.backup_set_id), add(set_difference(row, media));
  for (const auto& row : stock.pieces)
    if (!data && row.dest_id == dest_id)
      known_pieces.insert({row.dest_id, row.round_id, row.piece_id}), add(piece_difference(row, media));
  for (const auto& [id, set] : media.sets)
    if (data && !known_sets.contains(id) && !media.deleted.sets.contains(id))
      add(fmt::format("set {} is there, and the catalog does not know it; {}", id, kRebuild));
  for (const auto& [key, piece] : media.pieces)
    if (!data && !known_pieces.contains(key) && !media.deleted.pieces.contains(key))
      add(fmt::format("piece {} of round {} is there, and the catalog does not know it; {}", key.piece,
                      key.round, kRebuild));
  return out;
}

}  // namespace seabed::clean
