#include "core/media/stream_log.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/base/bytes.h"
#include "core/format/key_ring.h"
#include "core/format/log_group_codec.h"

namespace seabed {
namespace {

constexpr size_t kRead = 4 << 20;
constexpr size_t kHeaderRead = 66 << 10;  // frame, message and hash of a log file header

}  // namespace

namespace {

Result<Secret> open_log_key(const Medium& medium, const meta::LogFileHeader& header, const std::string& what) {
  static const KeyRing kNone;
  const KeyRing& ring = medium.keys ? *medium.keys : kNone;
  return ring.open(header.key(), log_key_subject(header.tenant_id()), what);
}

Status check_file_key(const Medium& medium, const std::string& key) {
  SEABED_TRY(const auto object, open_log_object(medium, key));
  std::string bytes(kHeaderRead, '\0');
  SEABED_TRY(const size_t got, object->read_at(0, bytes));
  bytes.resize(got);
  size_t used = 0;
  SEABED_TRY(const meta::LogFileHeader header, decode_log_file_header(bytes, &used, medium.name(key)));
  if (!header.has_key()) return ok();
  SEABED_CHECK(open_log_key(medium, header, medium.name(key)));
  return ok();
}

}  // namespace

Status check_log_key(const Medium& medium, const PieceFacts& piece, uint64_t ls) {
  for (const meta::LsPieceProgress& p : piece.descriptor.ls()) {
    if (p.ls_id() != ls || p.first_file_id() == 0) continue;
    SEABED_CHECK(check_file_key(medium, paths::log_file(piece.key, ls, p.first_file_id())));
    if (p.last_file_id() == p.first_file_id()) continue;
    SEABED_CHECK(check_file_key(medium, paths::log_file(piece.key, ls, p.last_file_id())));
  }
  return ok();
}

StreamLog::StreamLog(Medium medium, std::vector<PieceFacts> pieces, uint64_t ls, StreamLogStart start)
    : medium_(std::move(medium)),
      pieces_(std::move(pieces)),
      ls_(ls),
      start_(std::move(start)),
      lists_(pieces_.size()) {}

tl::unexpected<Error> StreamLog::damaged(const std::string& key, std::string reason, Code code) const {
  return fail(code, medium_.name(key), std::move(reason),
              "restore to a target before it, or from another copy");
}

std::string StreamLog::key_of(const FileAt& at) const {
  return paths::log_file(pieces_[at.piece].key, ls_, at.id);
}

/// nullptr: the stream was not known when the piece ended.
Result<const meta::LsPieceProgress*> StreamLog::progress(size_t piece) const {
  for (const meta::LsPieceProgress& p : pieces_[piece].descriptor.ls()) {
    if (p.ls_id() != ls_) continue;
    const bool none = p.first_file_id() == 0 && p.last_file_id() == 0;
    if (!none && (p.first_file_id() == 0 || p.first_file_id() > p.last_file_id()))
      return damaged(paths::piece_dir(pieces_[piece].key),
                     fmt::format("files {} to {} of log stream {} make no sense", p.first_file_id(),
                                 p.last_file_id(), ls_));
    return &p;
  }
  return nullptr;
}

/// Of a frozen piece. Kept: small beside the log.
Result<const meta::LsFileList*> StreamLog::file_list(size_t piece) const {
  auto& list = lists_[piece];
  if (!list) {
    const std::string key = paths::ls_file_info(pieces_[piece].key, ls_);
    meta::LsFileList read;
    SEABED_CHECK(medium_.read_message(key, FileType::kLsFileList, &read));
    if (read.ls_id() != ls_) return damaged(key, "lists the files of another log stream");
    list = std::move(read);
  }
  return &*list;
}

Result<std::optional<StreamLog::FileAt>> StreamLog::following(const FileAt* at) const {
  size_t piece = 0;
  if (at) {
    SEABED_TRY(const meta::LsPieceProgress* p, progress(at->piece));
    if (at->id < p->last_file_id()) return FileAt{at->piece, at->id + 1};
    piece = at->piece + 1;
  }
  for (; piece < pieces_.size(); ++piece) {
    if (pieces_[piece].empty) continue;
    SEABED_TRY(const meta::LsPieceProgress* p, progress(piece));
    if (p && p->first_file_id() != 0) return FileAt{piece, p->first_file_id()};
  }
  return std::nullopt;
}

Result<meta::LogFileHeader> StreamLog::read_header(const FileAt& at, LogObject& object, size_t* used) const {
  std::string bytes(kHeaderRead, '\0');
  SEABED_TRY(size_t got, object.read_at(0, bytes));
  bytes.resize(got);
  return decode_log_file_header(bytes, used, medium_.name(key_of(at)));
}

Result<meta::LogFileHeader> StreamLog::header_of(const FileAt& at) const {
  const auto object = open_log_object(medium_, key_of(at));
  if (!object && object.error().code == Code::kNotFound) return damaged(key_of(at), "is missing", Code::kGap);
  if (!object) return fail(object.error());
  size_t used = 0;
  return read_header(at, **object, &used);
}

Result<StreamLog::Accepted> StreamLog::accepted(const FileAt& at) const {
  const PieceFacts& piece = pieces_[at.piece];
  SEABED_TRY(const meta::LsPieceProgress* p, progress(at.piece));
  std::optional<Accepted> listed;
  if (piece.frozen) {
    SEABED_TRY(const meta::LsFileList* list, file_list(at.piece));
    for (const meta::LsFileInfo& f : list->files())
      if (f.file_id() == at.id) listed = Accepted{f.length(), f.hash128()};
    if (!listed)
      return damaged(paths::ls_file_info(piece.key, ls_), fmt::format("does not list file {}", at.id));
  }
  if (at.id == p->last_file_id()) {
    if (!listed) return Accepted{p->last_file_length(), p->last_file_hash128()};
    return *listed;
  }
  const FileAt next{at.piece, at.id + 1};
  const auto header = header_of(next);
  // The list of a frozen piece is enough for who needs nothing of the next file; who goes on meets its loss there.
  if (!header && listed && (header.error().code == Code::kGap || header.error().code == Code::kCorruption)) return *listed;
  if (!header) return fail(header.error());
  Accepted told{header->previous_length(), header->previous_hash128()};
  if (listed && (listed->length != told.length || listed->hash != told.hash))
    return damaged(key_of(next), "names another end of the file before it than the piece's file list");
  return told;
}

Status StreamLog::check_header(const FileAt& at, const meta::LogFileHeader& h) const {
  const paths::PieceKey& key = pieces_[at.piece].key;
  if (h.dest_id() != key.dest || h.round_id() != key.round || h.piece_id() != key.piece || h.ls_id() != ls_ ||
      h.file_id() != at.id)
    return damaged(key_of(at), "its header names another place");
  if (!at_) return ok();
  const paths::PieceKey& before = pieces_[at_->piece].key;
  if (before.round != key.round) return ok();  // another round: the continuity of the log decides
  const uint64_t piece = h.previous_piece_id() == 0 ? key.piece : h.previous_piece_id();
  if (h.previous_file_id() != at_->id || piece != before.piece || h.previous_length() != previous_.length ||
      h.previous_hash128() != previous_.hash)
    return damaged(key_of(at),
                   fmt::format("does not follow file {} of piece {} as accepted", at_->id, before.piece));
  return ok();
}

Result<std::optional<StreamLog::FileAt>> StreamLog::file_of(const StreamLogPlace& place) const {
  for (size_t i = 0; i < pieces_.size(); ++i)
    if (pieces_[i].key == place.piece) return FileAt{i, place.file};
  return damaged(paths::piece_dir(place.piece), "is not there any more", Code::kGap);
}

Result<bool> StreamLog::open_at(const StreamLogPlace& place) {
  if (place.offset > end_.length)
    return damaged(key_, fmt::format("ends at {} as accepted, {} was read of it", end_.length, place.offset));
  offset_ = place.offset;
  last_scn_ = place.last_scn;
  return true;
}

std::optional<StreamLogPlace> StreamLog::place() const {
  if (!at_) return start_.place;
  const uint64_t at = at_end_ ? end_.length : group_offset_;
  return StreamLogPlace{pieces_[at_->piece].key, at_->id, at, at_end_ ? last_scn_ : group_before_};
}

Result<bool> StreamLog::open_next_file() {
  const bool at_place = !at_ && start_.place;
  SEABED_TRY(std::optional<FileAt> next, at_place ? file_of(*start_.place) : following(at_ ? &*at_ : nullptr));
  if (!next) return false;
  key_ = key_of(*next);
  auto object = open_log_object(medium_, key_);
  if (!object) {
    if (object.error().code == Code::kNotFound) return damaged(key_, "is missing", Code::kGap);
    return fail(object.error());
  }
  object_ = std::move(*object);
  size_t used = 0;
  SEABED_TRY(meta::LogFileHeader header, read_header(*next, *object_, &used));
  SEABED_CHECK(check_header(*next, header));
  SEABED_CHECK(take_key(header));
  SEABED_TRY(end_, accepted(*next));
  if (end_.length < used) return damaged(key_, "ends inside its header as accepted");
  if (object_->size() < end_.length) {
    Error cut = object_->short_of(end_.length);
    cut.object = medium_.name(cut.object);
    return fail(std::move(cut));
  }
  at_ = next;
  hash_ = Hasher128();
  buffer_.clear();
  taken_ = offset_ = 0;
  from_middle_ = at_place;
  if (at_place) return open_at(*start_.place);
  SEABED_CHECK(fill(used));
  taken_ = used;
  return true;
}

/// The key of the file just opened; none: its groups are plain, or refused one by one.
Status StreamLog::take_key(const meta::LogFileHeader& header) {
  cipher_.reset();
  locked_ = false;
  const std::string what = medium_.name(key_);
  if (!header.has_key()) return encrypted_before_ ? check_clear(header, what) : ok();
  encrypted_before_ = header.bound() != 0;
  if (const std::string wrap = header.key().SerializeAsString(); wrap != opened_wrap_) {
    auto opened = open_log_key(medium_, header, what);
    locked_ = !opened && pass_locked_ && opened.error().code == Code::kPermissionDenied;
    if (locked_) return ok();
    if (!opened) return fail(opened.error());
    data_key_ = std::move(*opened);
    opened_wrap_ = wrap;
  }
  SEABED_TRY(Secret file_key, log_file_key(data_key_, header.salt()));
  cipher_ = LogFileCipher{std::move(file_key), log_file_place(header)};
  return ok();
}

/// A tenant may stop encrypting: then the files say so, and prove it with its key. Without the proof somebody else wrote
/// them, or a header lost its key.
Status StreamLog::check_clear(const meta::LogFileHeader& header, const std::string& what) const {
  if (header.clear_master().empty())
    return damaged(key_, "is in clear behind encrypted log, and nothing proves that the tenant wanted it so");
  static const KeyRing kNone;
  const auto key = (medium_.keys ? *medium_.keys : kNone).clear_key(header.clear_master(), what);
  if (!key && pass_locked_ && key.error().code == Code::kPermissionDenied) return ok();
  if (!key) return fail(key.error());
  if (header.clear_proof() == clear_log_proof(*key, header)) return ok();
  return damaged(key_, "is in clear behind encrypted log, and what should prove that the tenant wanted it so does not hold");
}

/// At least `wanted` untaken bytes, or all that the file has left.
Status StreamLog::fill(size_t wanted) {
  if (buffer_.size() - taken_ >= wanted) return ok();
  buffer_.erase(0, taken_);
  taken_ = 0;
  while (buffer_.size() < wanted && offset_ < end_.length) {
    const size_t have = buffer_.size();
    const size_t n = std::min<uint64_t>({kRead, end_.length - offset_});
    buffer_.resize(have + n);
    SEABED_TRY(size_t got, object_->read_at(offset_, std::span<char>(&buffer_[have], n)));
    if (got != n) return damaged(key_, fmt::format("ends at byte {} of {}", offset_ + got, end_.length));
    hash_.update(std::string_view(buffer_).substr(have));
    offset_ += n;
    bytes_ += n;
  }
  return ok();
}

Status StreamLog::close_file() {
  if (!from_middle_ && view(hash_.digest()) != end_.hash)
    return damaged(key_, "its bytes are not those that were accepted (hash)");
  previous_ = end_;
  object_.reset();
  return ok();
}

bool StreamLog::wanted(const LogGroup& g) const {
  const bool carries_log = g.type == GroupType::kLog || g.type == GroupType::kDictionary;
  if (carries_log) return g.end > start_.lsn;
  // Metadata beside an application's own stamps has low ones, perhaps below the base's: its place in the log decides too.
  return g.scn_hi > start_.scn || !(g.end < start_.lsn);
}

Result<bool> StreamLog::next(LogGroup* group) {
  for (;;) {
    if (!object_) {
      SEABED_TRY(bool more, open_next_file());
      at_end_ = !more;
      if (!more) return false;
    }
    size_t used = 0, needed = 0;
    std::string reason;
    const auto rest = std::string_view(buffer_).substr(taken_);
    if (rest.empty() && offset_ == end_.length) {
      SEABED_CHECK(close_file());
      continue;
    }
    switch (decode_group(rest, group, &used, &needed, &reason)) {
      case GroupRead::kBad:
        return damaged(object_->holder_of(offset_ - rest.size()),
                       fmt::format("at byte {} of the log file: {}", offset_ - rest.size(), reason));
      case GroupRead::kNeedMore:
        if (offset_ == end_.length)
          return damaged(key_, fmt::format("the group at byte {} is cut short", offset_ - rest.size()));
        SEABED_CHECK(fill(needed));
        continue;
      case GroupRead::kGroup: break;
    }
    group_offset_ = offset_ - rest.size();
    group_before_ = last_scn_;
    taken_ += used;
    if (group->scn_hi < last_scn_)
      return damaged(key_, fmt::format("stamps fall from {} to {}", last_scn_, group->scn_hi));
    last_scn_ = group->scn_hi;
    if (!wanted(*group)) continue;
    if (!cipher_ && !locked_ && (group->stored & kGroupEncrypted) != 0)
      return damaged(key_, fmt::format("the log group at byte {} is encrypted, the file's header has no key", offset_ - rest.size()));
    if (cipher_ && (group->stored & kGroupEncrypted) == 0)
      return damaged(key_, fmt::format("the log group at byte {} is in clear in an encrypted file", offset_ - rest.size()));
    if (group->stored != 0 && !locked_) {
      const uint64_t at = offset_ - rest.size();
      SEABED_CHECK(load_group(group, cipher_ ? &*cipher_ : nullptr, at, medium_.name(object_->holder_of(at))));
    }
    return true;
  }
}

}  // namespace seabed
