#include "core/media/archive_writer.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "core/media/archive_objects.h"

namespace seabed {

ArchiveWriter::ArchiveWriter(ObjectStore& store, const ArchiveStreamId& id, ArchiveWriterOptions options, LogFile last)
    : store_(store), id_(id), options_(std::move(options)), file_(std::move(last)) {}

std::string ArchiveWriter::key() const { return paths::log_file(id_.piece(file_.piece_id), id_.ls_id, file_.file_id); }

bool ArchiveWriter::needs_file() const { return !open_ || foreign_tail_ || file_.length >= options_.file_size; }

namespace {
std::string make_header(const ArchiveStreamId& id, const ArchiveWriterOptions& options, const LogFile& previous,
                        const LogFile& next, uint64_t incarnation, const Lsn& start, Scn now) {
  meta::LogFileHeader h;
  h.set_tenant_id(id.tenant_id);
  h.set_dest_id(id.dest_id);
  h.set_round_id(id.round_id);
  h.set_piece_id(next.piece_id);
  h.set_ls_id(id.ls_id);
  h.set_file_id(next.file_id);
  h.set_epoch(options.epoch);
  h.set_incarnation(incarnation);
  h.set_writer(options.writer);
  if (previous.file_id != 0) {
    h.set_previous_piece_id(previous.piece_id);
    h.set_previous_file_id(previous.file_id);
    h.set_previous_length(previous.length);
    h.set_previous_hash128(std::string(view(previous.hash)));
  }
  h.set_created_scn(now);
  h.set_start_lsn(start.bytes);
  return encode_log_file_header(h);
}
}  // namespace

Status ArchiveWriter::open_file(uint64_t piece_id, uint64_t incarnation, const Lsn& start, Scn now,
                                const IoContext& ctx) {
  if (piece_id < file_.piece_id)
    return fail(Code::kInternal, fmt::format("log stream {}", id_.ls_id), "a piece can not be entered again");
  LogFile next;
  next.piece_id = piece_id;
  next.file_id = piece_id == file_.piece_id ? file_.file_id + 1 : 1;
  next.epoch = options_.epoch;
  const std::string key = paths::log_file(id_.piece(piece_id), id_.ls_id, next.file_id);
  if (pending_key_ != key) {  // a retry must send the same bytes
    pending_key_ = key;
    pending_header_ = make_header(id_, options_, file_, next, incarnation, start, now);
  }
  if (auto put = put_object(store_, key, pending_header_, PutMode::kIfAbsent, ctx); !put) {
    if (put.error().code != Code::kAlreadyExists && put.error().code != Code::kOutcomeUnknown) return put;
    SEABED_CHECK(settle_open(key, pending_header_, ctx));
  }
  next.length = pending_header_.size();
  hasher_ = Hasher128();
  hasher_.update(pending_header_);
  next.hash = hasher_.digest();
  file_ = next;
  open_ = true;
  foreign_tail_ = in_doubt_ = false;
  pending_key_.clear();
  return ok();
}

// Something is there under the name of our next file: our own earlier attempt, or another writer's file.
Status ArchiveWriter::settle_open(const std::string& key, const std::string& header, const IoContext& ctx) {
  SEABED_TRY(const ObjectStat stat, store_.stat(key, ctx));
  SEABED_TRY(const std::string there,
             read_range(store_, key, 0, std::min<uint64_t>(stat.size, std::max<size_t>(header.size(), 4096)), ctx));
  if (stat.size == header.size() && there == header) return ok();
  size_t used = 0;
  const auto other = decode_log_file_header(there, &used, key);
  if (!other) return fail(other.error());
  if (other->epoch() > options_.epoch)
    return fail(Code::kFenced, key, fmt::format("epoch {} of {} has taken over this log stream (this is epoch {})",
                                                other->epoch(), other->writer(), options_.epoch),
                "stop the other archiver, or this one");
  return fail(Code::kConflict, key, fmt::format("was written by epoch {} meanwhile", other->epoch()));
}

Status ArchiveWriter::accept(std::span<const EncodedGroup> groups) {
  for (const auto& g : groups) {
    hasher_.update(g.bytes);
    file_.length += g.bytes.size();
    file_.add(g.meta);
  }
  file_.hash = hasher_.digest();
  in_doubt_ = false;
  return ok();
}

Status ArchiveWriter::append(std::span<const EncodedGroup> groups, const IoContext& ctx) {
  if (!open_ || foreign_tail_) return fail(Code::kInternal, key(), "no file is open for appending");
  std::vector<std::string_view> views;
  uint64_t total = 0;
  for (const auto& g : groups) views.push_back(g.bytes), total += g.bytes.size();
  uint64_t there = 0;
  if (in_doubt_) SEABED_CHECK(look(groups, total, &there, ctx));
  if (there == total) return accept(groups);
  for (uint64_t skip = there; skip > 0;) {
    const uint64_t n = std::min<uint64_t>(skip, views.front().size());
    views.front().remove_prefix(n);
    if (views.front().empty()) views.erase(views.begin());
    skip -= n;
  }
  in_doubt_ = true;
  SEABED_TRY(const uint64_t length, store_.append(key(), file_.length + there, views, ctx));
  if (length != file_.length + total) {
    return fail(Code::kOutcomeUnknown, key(), fmt::format("is {} bytes long after an append that should end at {}",
                                                          length, file_.length + total));
  }
  return accept(groups);
}

// How much of `groups` stands behind the accepted length. Anything else there is not ours.
Status ArchiveWriter::look(std::span<const EncodedGroup> groups, uint64_t total, uint64_t* there,
                           const IoContext& ctx) {
  SEABED_TRY(const ObjectStat stat, store_.stat(key(), ctx));
  if (stat.size < file_.length)
    return fail(Code::kCorruption, key(), fmt::format("is {} bytes long although {} were confirmed", stat.size,
                                                      file_.length), "the medium loses data: replace it");
  uint64_t extra = stat.size - file_.length, at = file_.length;
  bool equal = extra <= total;
  for (size_t i = 0; equal && extra > 0 && i < groups.size(); ++i) {
    const uint64_t n = std::min<uint64_t>(extra, groups[i].bytes.size());
    SEABED_TRY(const std::string bytes, read_range(store_, key(), at, n, ctx));
    equal = std::string_view(groups[i].bytes).substr(0, n) == bytes;
    at += n;
    extra -= n;
  }
  if (equal) {
    *there = stat.size - file_.length;
    return ok();
  }
  foreign_tail_ = true;
  return fail(Code::kConflict, key(), "holds bytes of another writer behind the accepted length");
}

}  // namespace seabed
