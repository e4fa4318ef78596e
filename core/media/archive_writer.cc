#include "core/media/archive_writer.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "core/media/log_object.h"

namespace seabed {

ArchiveWriter::ArchiveWriter(ObjectStore& store, const ArchiveStreamId& id, ArchiveWriterOptions options, LogFile last)
    : store_(store), form_(make_log_form(store)), id_(id), options_(std::move(options)), file_(std::move(last)) {}

std::string ArchiveWriter::key() const { return paths::log_file(id_.piece(file_.piece_id), id_.ls_id, file_.file_id); }

bool ArchiveWriter::needs_file() const {
  // An append in doubt is settled first: its bytes may be on their way.
  const bool other_form = options_.form_turn && !in_doubt_ && options_.form_turn() != form_turn_;
  return !open_ || foreign_tail_ || other_form || file_.length >= options_.file_size || file_.groups >= options_.file_groups;
}

namespace {
meta::LogFileHeader make_header(const ArchiveStreamId& id, const ArchiveWriterOptions& options, const LogFile& previous,
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
  return h;
}
}  // namespace

/// Header, salt and form are made once: a retry must send the same bytes.
Status ArchiveWriter::make_pending(const std::string& key, const LogFile& next, uint64_t incarnation, const Lsn& start,
                                   Scn now) {
  meta::LogFileHeader header = make_header(id_, options_, file_, next, incarnation, start, now);
  FileForm form;
  pending_turn_ = options_.form_turn ? options_.form_turn() : 0;
  if (options_.form) {
    SEABED_TRY(const LogFileForm wanted, options_.form());
    form.compress = wanted.compress;
    header.set_bound(1);
    if (!wanted.wrap.empty()) {
      if (!header.mutable_key()->ParseFromString(wanted.wrap)) return fail(Code::kInternal, key, "its wrapped key cannot be read");
      SEABED_TRY(*header.mutable_salt(), random_bytes(kSaltBytes));
      SEABED_TRY(Secret file_key, log_file_key(wanted.data_key, header.salt()));
      form.cipher = LogFileCipher{std::move(file_key), log_file_place(header)};
    } else if (!wanted.clear_master.empty()) {
      header.set_clear_master(wanted.clear_master);
      header.set_clear_proof(clear_log_proof(wanted.clear_key, header));
    } else {
      header.clear_bound();   // nobody's keys: the header is as it always was
    }
  }
  pending_header_ = encode_log_file_header(header);
  pending_form_ = std::move(form);
  pending_key_ = key;
  return ok();
}

Status ArchiveWriter::open_file(uint64_t piece_id, uint64_t incarnation, const Lsn& start, Scn now,
                                const IoContext& ctx) {
  if (piece_id < file_.piece_id)
    return fail(Code::kInternal, fmt::format("log stream {}", id_.ls_id), "a piece can not be entered again");
  LogFile next;
  next.piece_id = piece_id;
  next.file_id = piece_id == file_.piece_id ? file_.file_id + 1 : 1;
  next.epoch = options_.epoch;
  const std::string key = paths::log_file(id_.piece(piece_id), id_.ls_id, next.file_id);
  if (pending_key_ != key) SEABED_CHECK(make_pending(key, next, incarnation, start, now));
  SEABED_CHECK(seal(ctx));
  if (auto made = form_->create(key, pending_header_, ctx); !made) {
    if (made.error().code != Code::kAlreadyExists && made.error().code != Code::kOutcomeUnknown) return made;
    SEABED_CHECK(settle_open(key, pending_header_, ctx));
  }
  next.length = pending_header_.size();
  hasher_ = Hasher128();
  hasher_.update(pending_header_);
  next.hash = hasher_.digest();
  file_ = next;
  form_of_file_ = pending_form_;
  form_turn_ = pending_turn_;
  open_ = true;
  foreign_tail_ = in_doubt_ = false;
  pending_key_.clear();
  return ok();
}

Status ArchiveWriter::seal(const IoContext& ctx) {
  if (file_.file_id == 0) return ok();
  return form_->seal(key(), file_.length, file_.hash, file_.epoch, ctx);
}

// Something is there under the name of our next file: our own earlier attempt, or another writer's file.
Status ArchiveWriter::settle_open(const std::string& key, const std::string& header, const IoContext& ctx) {
  SEABED_TRY(const auto object, open_log_object(store_, key, ctx));
  std::string there(std::min<uint64_t>(object->size(), std::max<size_t>(header.size(), 4096)), '\0');
  SEABED_TRY(const size_t got, object->read_at(0, there));
  there.resize(got);
  if (object->size() == header.size() && there == header) return ok();
  if (object->parts() == nullptr && header.starts_with(there) && object->size() == there.size())  // torn in the middle
    return form_->append(key, there.size(), std::vector{std::string_view(header).substr(there.size())}, ctx);
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
  offsets_.clear();
  for (const auto& g : groups) {
    offsets_.push_back(file_.length);
    hasher_.update(g.head);
    hasher_.update(g.payload);
    file_.length += g.size();
    file_.add(g.meta);
  }
  file_.hash = hasher_.digest();
  in_doubt_ = false;
  return ok();
}

/// As they are to stand behind the accepted length, in the file's form.
Result<std::vector<EncodedGroup>> ArchiveWriter::stored(std::span<const EncodedGroup> groups) const {
  std::vector<EncodedGroup> out;
  uint64_t at = file_.length;
  for (const auto& g : groups) {
    LogGroup plain;
    size_t used = 0, needed = 0;
    std::string reason;
    if (decode_group(g.bytes(), &plain, &used, &needed, &reason) != GroupRead::kGroup)
      return fail(Code::kInternal, "log group in memory", "cannot be read back: " + reason);
    const LogFileCipher* cipher = form_of_file_.cipher ? &*form_of_file_.cipher : nullptr;
    SEABED_TRY(std::string bytes, store_group(std::move(plain), cipher, form_of_file_.compress, at));
    at += bytes.size();
    out.push_back({g.meta, std::move(bytes), {}});
  }
  return out;
}

Status ArchiveWriter::append(std::span<const EncodedGroup> groups, const IoContext& ctx) {
  if (!open_ || foreign_tail_) return fail(Code::kInternal, key(), "no file is open for appending");
  if (form_of_file_.plain()) return append_stored(groups, ctx);
  SEABED_TRY(const auto made, stored(groups));
  return append_stored(made, ctx);
}

Status ArchiveWriter::append_stored(std::span<const EncodedGroup> groups, const IoContext& ctx) {
  uint64_t total = 0, there = 0;
  for (const auto& g : groups) total += g.size();
  if (in_doubt_) SEABED_CHECK(look(groups, total, &there, ctx));
  while (there < total) {
    // The failed request may still arrive: the same bytes under the same name do no harm.
    const uint64_t pending = pending_end_ - std::min(pending_end_, file_.length);
    const uint64_t to = in_doubt_ && pending > there && pending < total ? pending : total;
    in_doubt_ = true;
    pending_end_ = file_.length + to;
    SEABED_CHECK(write(groups, there, to, ctx));
    there = to;
  }
  return accept(groups);
}

// Bytes [from, to) of the groups, behind the accepted length.
Status ArchiveWriter::write(std::span<const EncodedGroup> groups, uint64_t from, uint64_t to, const IoContext& ctx) {
  std::vector<std::string_view> views;
  uint64_t at = 0;
  const auto add = [&](std::string_view part) {
    const uint64_t begin = std::max(from, at), end = std::min<uint64_t>(to, at + part.size());
    if (begin < end) views.push_back(part.substr(begin - at, end - begin));
    at += part.size();
  };
  for (const auto& g : groups) {
    add(g.head);
    add(g.payload);
  }
  return form_->append(key(), file_.length + from, views, ctx);
}

// How much of `groups` stands behind the accepted length. Anything else there is not ours.
Status ArchiveWriter::look(std::span<const EncodedGroup> groups, uint64_t total, uint64_t* there,
                           const IoContext& ctx) {
  SEABED_TRY(const auto object, open_log_object(store_, key(), ctx));
  if (object->size() < file_.length)
    return fail(Code::kCorruption, key(), fmt::format("is {} bytes long although {} were confirmed", object->size(),
                                                      file_.length), "the medium loses data: replace it");
  uint64_t extra = object->size() - file_.length, at = file_.length;
  bool equal = extra <= total;
  for (size_t i = 0; equal && extra > 0 && i < groups.size(); ++i) {
    std::string bytes(std::min<uint64_t>(extra, groups[i].size()), '\0');
    SEABED_TRY(const size_t got, object->read_at(at, bytes));
    equal = got == bytes.size() && groups[i].bytes().starts_with(bytes);
    at += bytes.size();
    extra -= bytes.size();
  }
  if (equal) {
    *there = object->size() - file_.length;
    return ok();
  }
  foreign_tail_ = true;
  return fail(Code::kConflict, key(), "holds bytes of another writer behind the accepted length");
}

}  // namespace seabed
