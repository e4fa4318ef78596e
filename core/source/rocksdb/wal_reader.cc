#include "core/source/rocksdb/wal_reader.h"

#include <algorithm>

#include "core/base/spare_memory.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/payload.h"

namespace seabed::rocksdb_source {

namespace {
constexpr size_t kChunk = 256 << 10;
constexpr size_t kMaxRecord = 1 << 30;
constexpr auto kPatience = std::chrono::seconds(2);  // a write in progress looks broken for a moment only

std::string wal_text(uint64_t number) { return "WAL " + padded_number(number); }
}  // namespace

uint64_t WalRun::size() const { return payload.size() - std::min(payload.size(), kWalRunRoom); }

void WalReader::next_file(WalCursor* cursor, uint64_t number) {
  if (cursor->offset != 0) {
    cursor->previous_wal = cursor->wal;
    cursor->previous_length = cursor->offset;
  }
  cursor->wal = number;
  cursor->offset = 0;
  cursor->opened = true;
  cursor->file_has_batch = false;
  cursor->framing = {};
  cursor->rules.begin_file();
  if (cursor->begun_with != 0 && number >= cursor->begun_with) cursor->rules.set_archive_begins(false);
}

bool WalReader::broken_for_good(const WalCursor& cursor, uint64_t size) {
  const auto now = std::chrono::steady_clock::now();
  if (!broken_ || broken_->wal != cursor.wal || broken_->offset != cursor.offset) {
    broken_ = Broken{cursor.wal, cursor.offset, now};
    return false;
  }
  return now - broken_->since > kPatience && size > cursor.offset + 2 * kLogBlockSize;
}

Status WalReader::take_batch(WalCursor* cursor, const LogRecord& record, WalRun* run,
                             std::optional<std::string>* gap) {
  SEABED_CHECK(walk_batch(record.data, cursor->rules.wants_duplicates(), &facts_));
  const SequenceCheck check = cursor->rules.take(facts_);
  const bool first = !std::exchange(cursor->file_has_batch, true);
  const auto at = [&] { return wal_text(cursor->wal) + " at " + std::to_string(record.begin); };
  if (check.verdict == SequenceVerdict::kBack)
    *gap = at() + ": the sequence goes back from " + std::to_string(check.expected) + " to " +
           std::to_string(check.found) +
           ": the database was restored, or lost its last writes in a crash; a new incarnation begins";
  else if (check.verdict == SequenceVerdict::kUnknownPrepared)
    *gap = at() + ": a transaction is committed whose PREPARE is missing";
  else if (check.verdict == SequenceVerdict::kJump)
    run->jumps.push_back({check, record.begin, first});
  if (gap->has_value()) return ok();
  ++run->records;
  if (facts_.stamps == 0 || facts_.first_stamp <= run->last_stamp) run->stamped = false;
  if (run->first_stamp == 0) run->first_stamp = facts_.first_stamp;
  run->last_stamp = std::max(run->last_stamp, facts_.last_stamp);
  return ok();
}

/// Takes whole records from a chunk that begins at the cursor. nullopt: all of it was taken, or the rest
/// needs more.
Result<std::optional<WalReader::FileEnd>> WalReader::parse_chunk(WalCursor* cursor, std::string_view chunk,
                                                                 uint64_t room, WalRun* run, size_t* taken,
                                                                 std::optional<std::string>* gap) {
  *taken = 0;
  while (*taken < chunk.size()) {
    if (*taken >= room) return FileEnd::kLimit;
    const ParseResult r = parser_->next(chunk.substr(*taken), cursor->offset + *taken);
    if (r.outcome == ParseOutcome::kIncomplete) return std::nullopt;
    if (r.outcome == ParseOutcome::kStale) return FileEnd::kEnd;
    if (r.outcome == ParseOutcome::kCorrupt) {
      broken_reason_ = r.reason;
      return FileEnd::kBroken;
    }
    if (r.outcome == ParseOutcome::kUnsupported)
      return fail(Code::kUnsupported, wal_name(cursor->wal), r.reason,
                  "the database was written by a newer RocksDB: use a newer Seabed");
    if (parser_->state().recyclable) recycles_ = true;
    if (recycles_ && !allow_recycled_)
      return fail(Code::kUnsupported, wal_name(cursor->wal),
                  "the database recycles its WAL files (recycle_log_file_num > 0), which links cannot keep",
                  "set recycle_log_file_num=0 in the application, or allow recycled logs for this stream in "
                  "the configuration");
    if (r.record.kind == RecordKind::kData) SEABED_CHECK(take_batch(cursor, r.record, run, gap));
    if (gap->has_value()) return FileEnd::kEnd;
    *taken = r.record.end - cursor->offset;
  }
  return std::nullopt;
}

/// Up to `length`, what the file had when the look began: whoever reads on until nothing comes follows the writer at its
/// heels, some bytes a call, on the very cache lines that it writes.
Result<WalReader::FileEnd> WalReader::read_file(WalCursor* cursor, uint64_t length, uint64_t max_bytes, WalRun* run,
                                                std::optional<std::string>* gap) {
  const std::string name = wal_name(cursor->wal);
  if (!parser_ || parser_number_ != cursor->wal) {
    parser_.emplace(cursor->wal, cursor->framing);
    parser_number_ = cursor->wal;
  }
  size_t piece = kChunk;   // small enough to be checked in the processor's cache
  for (;;) {
    const size_t filled = kWalRunRoom + (cursor->offset - run->offset);
    const size_t want = std::min<uint64_t>(piece, length - std::min(length, cursor->offset));
    const uint64_t room = max_bytes - std::min<uint64_t>(max_bytes, filled - kWalRunRoom);
    if (want != 0 && room == 0) return FileEnd::kLimit;
    if (run->payload.size() < filled + want) run->payload.resize(filled + want);
    SEABED_TRY(const size_t n, pread_full(file_.get(), std::span(run->payload).subspan(filled, want), cursor->offset, name));
    size_t taken = 0;
    SEABED_TRY(const auto end, parse_chunk(cursor, {run->payload.data() + filled, n}, room, run, &taken, gap));
    cursor->offset += taken;
    cursor->framing = parser_->state();
    if (end) return *end;
    if (n < piece) return FileEnd::kEnd;
    if (taken == 0 && piece >= kMaxRecord)
      return fail(Code::kUnsupported, name,
                  "a record is longer than " + std::to_string(kMaxRecord) + " bytes");
    piece = taken == 0 ? piece * 2 : kChunk;
  }
}

Result<WalLook> WalReader::read(WalCursor* cursor, uint64_t max_bytes) {
  WalLook look;
  for (;;) {
    SEABED_TRY(const bool found, find_file(cursor, &look));
    if (!found) {
      look.drained = !look.gap;
      return look;
    }
    // Asked before the last read of this file: RocksDB writes it out before the next one gets its first
    // batch.
    SEABED_TRY(const bool final, successor_has_batch(cursor->wal));
    SEABED_TRY(const FileLook facts, look_at(file_, wal_name(cursor->wal)));
    if (facts.size < cursor->offset) {
      look.gap = wal_text(cursor->wal) + " is shorter (" + std::to_string(facts.size) +
                 ") than what was read of it (" + std::to_string(cursor->offset) +
                 "): the database went back; a new incarnation begins";
      return look;
    }
    if (const auto inode = directory_.live_inode(cursor->wal); inode && *inode != facts.inode) {
      look.gap = wal_text(cursor->wal) +
                 " was replaced by another file of that name: the database was restored or went "
                 "back; a new incarnation begins";
      return look;
    }
    FileEnd end = FileEnd::kEnd;
    WalRun run{cursor->wal,         cursor->offset,       0,
               cursor->offset == 0, cursor->previous_wal, cursor->previous_length};
    uint64_t room = max_bytes > look.bytes ? max_bytes - look.bytes : 0;
    if (cursor->wal == stop_wal_)
      room = std::min(room, stop_offset_ - std::min(stop_offset_, cursor->offset));
    if (facts.size > cursor->offset) {
      run.payload = spare_memory::take(kWalRunRoom + std::min(room + kChunk, facts.size - cursor->offset));
      SEABED_TRY(end, read_file(cursor, facts.size, room, &run, &look.gap));
      run.payload.resize(kWalRunRoom + (cursor->offset - run.offset));
    }
    look.bytes += run.size();
    if (run.size() != 0) look.runs.push_back(std::move(run));
    else spare_memory::give(std::move(run.payload));
    if (look.gap || end == FileEnd::kLimit) return look;
    if (cursor->wal == stop_wal_ && cursor->offset == stop_offset_) return look;
    if (!final) {
      look.broken = end == FileEnd::kBroken;
      if (look.broken && broken_for_good(*cursor, facts.size))
        look.gap = wal_text(cursor->wal) + " cannot be read at " + std::to_string(cursor->offset) + ": " +
                   broken_reason_;
      look.drained = !look.gap && !look.broken;
      return look;
    }
    next_file(cursor, *directory_.first_at_or_above(cursor->wal + 1));
  }
}

}  // namespace seabed::rocksdb_source
