// Which WAL file is read, and when one is done (wal_reader.h).

#include <algorithm>

#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/wal_reader.h"

namespace seabed::rocksdb_source {

namespace {
constexpr size_t kHead = 256 << 10;
}  // namespace

/// A record that RocksDB puts into a new file before it is in use (SetCompression) is no sign that the old
/// one is done.
Result<bool> WalReader::holds_batch(uint64_t number) {
  if (number == proven_) return true;
  auto fd = directory_.open_wal(number);
  if (!fd) return fd.error().code == Code::kNotFound ? Result<bool>(false) : fail(fd.error());
  SEABED_TRY(const FileLook facts, look_at(*fd, wal_name(number)));
  head_.resize(std::min<uint64_t>(kHead, facts.size));
  SEABED_TRY(const size_t n, pread_full(fd->get(), head_, 0, wal_name(number)));
  LogParser parser(number);
  size_t at = 0;
  for (;;) {
    const ParseResult r = parser.next({head_.data() + at, n - at}, at);
    if (r.outcome == ParseOutcome::kRecord && r.record.kind == RecordKind::kControl) {
      at = r.record.end;
      continue;
    }
    // A first record longer than the piece read shows itself by filling it.
    const bool holds =
        r.outcome == ParseOutcome::kRecord || (r.outcome == ParseOutcome::kIncomplete && n == kHead);
    if (holds) proven_ = number;
    return holds;
  }
}

Result<bool> WalReader::successor_has_batch(uint64_t number) {
  for (auto it = directory_.wals().upper_bound(number); it != directory_.wals().end(); ++it) {
    SEABED_TRY(const bool holds, holds_batch(*it));
    if (holds) return true;
  }
  return false;
}

/// Makes file_ the cursor's file. False: there is none yet, or (look->gap) none any more.
Result<bool> WalReader::find_file(WalCursor* cursor, WalLook* look) {
  for (;;) {
    const auto there = cursor->opened ? cursor->wal : directory_.first_at_or_above(cursor->wal);
    if (!there) return false;
    if (file_ && file_number_ == *there) break;
    auto fd = directory_.open_wal(*there);
    if (!fd && fd.error().code != Code::kNotFound) return fail(fd.error());
    if (fd) {
      file_ = std::move(*fd);
      file_number_ = *there;
      break;
    }
    if (cursor->offset != 0) {
      look->gap =
          ("WAL " + padded_number(*there)) + " is gone; it was read up to " + std::to_string(cursor->offset);
      return false;
    }
    // Deleted before a byte of it was read: empty, as a reopening database removes them, or else the sequence
    // tells.
    cursor->wal = *there + 1;
    cursor->opened = false;
    if (cursor->previous_wal != 0) cursor->rules.set_archive_begins(false);
  }
  cursor->wal = file_number_;
  cursor->opened = true;
  return true;
}

Status WalReader::locate(WalCursor* cursor) {
  WalLook look;
  SEABED_CHECK(find_file(cursor, &look));
  return look.gap ? Status(fail(Code::kGap, wal_name(cursor->wal), *look.gap, "begin a new round")) : ok();
}

}  // namespace seabed::rocksdb_source
