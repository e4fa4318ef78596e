#include "core/media/complement_log.h"

#include <algorithm>

#include "core/media/archive_objects.h"
#include "core/media/archive_tree.h"
#include "core/media/backup_writer.h"
#include "core/media/backup_writer_upload.h"
#include "core/media/log_object.h"
#include "core/storage/subtree.h"

namespace seabed {
namespace {

constexpr size_t kRead = 4 << 20;

Medium below(const Medium& data, const paths::SetId& set) {
  return {subtree(data.store, paths::complement_log(set)), data.cancel, data.call_deadline};
}

uint64_t fit(uint64_t part_bytes, const Capabilities& can) {
  const uint64_t most = can.max_part_bytes == 0 ? part_bytes : std::min(part_bytes, can.max_part_bytes);
  return std::max(most, can.min_part_bytes);
}

LogFile file_of(uint64_t piece, const meta::LsFileInfo& info) {
  LogFile out;
  out.piece_id = piece;
  out.file_id = info.file_id();
  out.length = info.length();
  std::copy_n(info.hash128().begin(), std::min(info.hash128().size(), out.hash.size()), out.hash.begin());
  out.epoch = info.epoch();
  out.min_scn = info.min_scn();
  out.max_scn = info.max_scn();
  out.min_lsn.bytes = info.min_lsn();
  out.max_lsn.bytes = info.max_lsn();
  return out;
}

}  // namespace

ComplementWriter::ComplementWriter(Medium archive, Medium data, paths::SetId set, std::string time_zone,
                                   uint64_t part_bytes)
    : archive_(std::move(archive)),
      log_(below(data, set)),
      set_(set),
      zone_(std::move(time_zone)),
      part_bytes_(fit(part_bytes, data.store->capabilities())) {}

Status ComplementWriter::copy_small(const std::string& key) {
  SEABED_TRY(const std::string bytes, read_object(*archive_.store, key, kMaxSmallObject, archive_.io()));
  return put_once(*log_.store, key, bytes, log_.io());
}

Status ComplementWriter::begin(const paths::PieceKey& first) {
  SEABED_CHECK(copy_small(paths::format()));
  return copy_small(paths::round_start(first.dest, first.round));
}

Result<meta::FileEntry> ComplementWriter::copy_log(const paths::PieceKey& piece, uint64_t ls,
                                                   const meta::LsFileInfo& file,
                                                   const std::function<void(uint64_t bytes)>& copied) {
  const std::string key = paths::log_file(piece, ls, file.file_id());
  SEABED_TRY(const auto object, open_log_object(archive_, key));
  StreamedObject out(*log_.store, key, part_bytes_, [this] { return log_.io(); });
  Hasher128 hash;
  std::string buffer;
  for (uint64_t at = 0; at < file.length();) {
    buffer.resize(std::min<uint64_t>(kRead, file.length() - at));
    SEABED_TRY(const size_t got, object->read_at(at, buffer));
    if (got != buffer.size()) return fail(object->short_of(file.length()));
    hash.update(buffer);
    SEABED_CHECK(out.write(buffer));
    at += got;
    if (copied) copied(got);
  }
  // Before it is published: a set never holds log that its list does not prove.
  if (view(hash.digest()) != file.hash128())
    return fail(Code::kCorruption, archive_.name(key), "its bytes are not those that were accepted (hash)",
                "run seabed verify on the archive");
  SEABED_TRY(meta::FileEntry entry, out.finish());
  entry.set_key(paths::complement_log(set_).substr(paths::set_dir(set_).size()) + key);
  return entry;
}

Status ComplementWriter::finish(const ComplementPiece& piece) {
  ArchiveTree tree(log_.store, zone_, [this] { return log_.io(); });
  const paths::PieceKey key = piece.key();
  SEABED_CHECK(tree.open_piece(key, piece.piece.tenant_id(), piece.piece.incarnation(), piece.piece.start_scn()));
  for (const std::string& small : piece.small) SEABED_CHECK(copy_small(small));
  SEABED_CHECK(tree.write_earlier_pieces(key));
  meta::Checkpoint checkpoint;
  checkpoint.set_checkpoint_scn(piece.piece.checkpoint_scn());
  *checkpoint.mutable_ls() = piece.files.ls();
  SEABED_CHECK(tree.write_checkpoint(key, checkpoint));
  meta::PieceDescriptor descriptor = piece.piece;
  const auto files = [&](const meta::LsPieceProgress& progress) -> Result<std::vector<LogFile>> {
    std::vector<LogFile> out;
    for (const meta::LsFileList& list : piece.files.lists())
      if (list.ls_id() == progress.ls_id())
        for (const meta::LsFileInfo& info : list.files()) out.push_back(file_of(key.piece, info));
    return out;
  };
  SEABED_CHECK(tree.freeze_piece(key, files, &descriptor));
  if (descriptor.file_status() != "BROKEN") return ok();
  return fail(Code::kCorruption, paths::piece_dir(key), "holds less of the log than was written and confirmed",
              "the medium loses what it confirms: look at it, then take the backup again");
}

Result<std::vector<meta::FileEntry>> ComplementWriter::small_files() const {
  const std::string prefix = paths::complement_log(set_).substr(paths::set_dir(set_).size());
  SEABED_TRY(const auto entries, log_.list(""));
  std::vector<meta::FileEntry> out;
  for (const ListEntry& entry : entries) {
    if (entry.key.find("/log/") != std::string::npos) continue;
    SEABED_TRY(const std::string bytes, read_object(*log_.store, entry.key, kMaxSmallObject, log_.io()));
    meta::FileEntry& file = out.emplace_back();
    file.set_key(prefix + entry.key);
    file.set_size(bytes.size());
    file.set_hash128(std::string(view(hash128(bytes))));
  }
  return out;
}

}  // namespace seabed
