// Going on behind what is archived, and the state that makes this cheap (rocksdb_payload.proto: TailState).

#include <algorithm>

#include "core/source/rocksdb/tail_look.h"

namespace seabed::rocksdb_source {

namespace {
constexpr uint64_t kForwardPiece = 4 << 20;

/// A cursor that went on to the next file, and read nothing there yet, stands where the last group ended.
bool stands_at(const WalCursor& cursor, const LogPosition& end) {
  if (cursor.offset == 0 && cursor.previous_wal == end.wal && cursor.previous_length == end.offset)
    return true;
  return cursor.wal == end.wal && cursor.offset == end.offset;
}
bool stands_before(const WalCursor& cursor, const LogPosition& end) {
  return !stands_at(cursor, end) &&
         (cursor.wal < end.wal || (cursor.wal == end.wal && cursor.offset < end.offset));
}
}  // namespace

Status LogTail::resume(const ArchivedState& state) {
  if (state.end.empty()) return begin(state.incarnation);
  SEABED_TRY(const LogPosition end, decode_lsn(state.end));
  if (end.incarnation != state.incarnation)
    return fail(Code::kCorruption, "archived state", "its position is of another incarnation");
  incarnation_ = state.incarnation;
  SEABED_CHECK(directory_.refresh(true));
  SEABED_CHECK(resume_saved(state, end));
  last_scn_ = std::max(last_scn_, state.scn_hi);
  // What was not logged since then would otherwise be a hole from the beginning of time when no state fits.
  last_complete_ = std::max(last_complete_, state.scn_lo);
  saved_manifest_ = manifest_.number();
  saved_manifest_offset_ = manifest_.offset();
  saved_options_ = options_.archived();
  return fast_forward(end);
}

static WalCursor cursor_of(const rocksdb::TailState& saved) {
  const rocksdb::ContinuityState& c = saved.continuity();
  WalCursor out;
  out.wal = c.wal_number();
  out.offset = c.wal_offset();
  out.opened = saved.wal().opened();
  out.file_has_batch = saved.wal().file_has_batch();
  out.previous_wal = saved.wal().previous_wal();
  out.previous_length = saved.wal().previous_length();
  out.first_wal = saved.wal().first_wal() != 0 ? saved.wal().first_wal() : c.wal_number();
  out.begun_with = saved.wal().begun_with();
  out.framing = {c.compression(), c.recyclable()};
  out.rules.load(c);
  return out;
}

/// Takes up the kept state, or begins at the start of the archived end's file when there is none that fits.
Status LogTail::resume_saved(const ArchivedState& state, const LogPosition& end) {
  rocksdb::TailState saved;
  const rocksdb::ContinuityState& c = saved.continuity();
  const bool readable = !state.resume.empty() && saved.ParseFromString(state.resume) &&
                        saved.version() == 1 && c.incarnation() == state.incarnation;
  if (readable) cursor_ = cursor_of(saved);
  if (!readable || (!stands_at(cursor_, end) && !stands_before(cursor_, end))) {
    cursor_ = {};
    cursor_.wal = cursor_.first_wal = end.wal;
    cursor_.opened = true;
    SEABED_CHECK(manifest_.start());
    return manifest_.resume(manifest_.number(), 0);
  }
  last_scn_ = saved.last_scn();
  last_complete_ = saved.last_complete_scn();
  exact_stream_ = saved.exact_stream();
  options_.set_archived(saved.options_file());
  return manifest_.resume(c.manifest_number(), c.manifest_offset());
}

/// Reads from the kept state up to what is archived, giving nothing out.
Status LogTail::fast_forward(const LogPosition& end) {
  Look look;
  look.cursor = cursor_;
  const auto lost = [&](const std::string& why) {
    return fail(Code::kGap, display_lsn(encode_lsn(end)),
                "the log no longer reaches back to the archive's end: " + why,
                "begin a new round; run the linker beside the agent so that no WAL is lost while it is away");
  };
  reader_.set_stop(end.wal, end.offset);
  while (stands_before(look.cursor, end)) {
    const auto read = reader_.read(&look.cursor, kForwardPiece);
    if (!read) return fail(read.error());
    if (read->gap) return lost(*read->gap);
    if (read->bytes == 0 && (read->drained || read->broken))
      return lost("WAL " + std::to_string(look.cursor.wal) + " ends at " +
                  std::to_string(look.cursor.offset));
  }
  reader_.set_stop(0, 0);
  if (!stands_at(look.cursor, end)) return lost("its records end elsewhere");
  if (const Status located = reader_.locate(&look.cursor); !located) return lost(located.error().reason);
  advance(look);
  return ok();
}

std::string LogTail::resume_state() const {
  rocksdb::TailState state;
  state.set_version(1);
  rocksdb::ContinuityState* c = state.mutable_continuity();
  cursor_.rules.save(c);
  c->set_incarnation(incarnation_);
  c->set_has_wal(cursor_.opened);
  c->set_wal_number(cursor_.wal);
  c->set_wal_offset(cursor_.offset);
  c->set_has_manifest(true);
  c->set_manifest_number(saved_manifest_);
  c->set_manifest_offset(saved_manifest_offset_);
  c->set_compression(cursor_.framing.compression);
  c->set_recyclable(cursor_.framing.recyclable);
  state.set_last_scn(last_scn_);
  state.set_last_complete_scn(last_complete_);
  state.set_exact_stream(exact_stream_);
  state.set_options_file(saved_options_);
  state.mutable_wal()->set_opened(cursor_.opened);
  state.mutable_wal()->set_file_has_batch(cursor_.file_has_batch);
  state.mutable_wal()->set_previous_wal(cursor_.previous_wal);
  state.mutable_wal()->set_previous_length(cursor_.previous_length);
  state.mutable_wal()->set_first_wal(cursor_.first_wal);
  state.mutable_wal()->set_begun_with(cursor_.begun_with);
  return state.SerializeAsString();
}

}  // namespace seabed::rocksdb_source
