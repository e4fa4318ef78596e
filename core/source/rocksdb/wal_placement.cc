#include "core/source/rocksdb/wal_placement.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/log_framing.h"
#include "core/source/rocksdb/write_batch.h"

namespace seabed::rocksdb_source {
namespace {

/// Compression and header size of a WAL stand in its first records.
FramingState framing_of(std::string_view beginning, uint64_t number) {
  LogParser parser(number);
  const ParseResult first = parser.next(beginning, 0);
  if (first.outcome == ParseOutcome::kRecord && first.record.kind == RecordKind::kControl)
    parser.next(beginning.substr(first.record.end), first.record.end);
  return parser.state();
}

}  // namespace

Status WalPlacement::place(const WalRunView& run, std::string_view data) {
  if (run.wal_number < start_wal_) return ok();
  const std::string name = wal_name(run.wal_number);
  if (run.wal_number != number_) {
    SEABED_CHECK(sync());
    SEABED_TRY(file_, open_beneath(directory_, name, O_RDWR | O_CREAT | O_TRUNC, 0640));
    number_ = run.wal_number;
  }
  bytes_ += data.size();
  return pwrite_full(file_.get(), data, run.offset, name);
}

Result<ExactCut> WalPlacement::cut(const WalRunView& run, Scn until) const {
  std::string head(kLogBlockSize, '\0');
  if (run.offset == 0) {
    head = run.data.substr(0, kLogBlockSize);
  } else if (file_ && number_ == run.wal_number) {
    SEABED_TRY(const size_t n, pread_full(file_.get(), head, 0, wal_name(number_)));
    head.resize(n);
  } else {
    head.clear();
  }
  LogParser parser(run.wal_number, framing_of(head, run.wal_number));
  ExactCut out;
  uint64_t offset = run.offset, records = 0;
  std::string_view rest = run.data;
  while (!rest.empty()) {
    const ParseResult parsed = parser.next(rest, offset);
    if (parsed.outcome != ParseOutcome::kRecord)
      return fail(Code::kCorruption, wal_name(run.wal_number),
                  parsed.reason + " at " + std::to_string(offset));
    rest.remove_prefix(parsed.record.end - offset);
    offset = parsed.record.end;
    if (parsed.record.kind != RecordKind::kData) continue;
    BatchFacts facts;
    SEABED_CHECK(walk_batch(parsed.record.data, false, &facts));
    ++records;
    if (facts.stamps != 0 && facts.last_stamp <= until) {
      out = {offset - run.offset, records, facts.last_stamp, 0};
    } else if (out.next_stamp == 0) {
      out.next_stamp = facts.stamps != 0 ? facts.first_stamp : until;
    }
  }
  return out;
}

Status WalPlacement::sync() {
  if (file_ && ::fsync(file_.get()) != 0) return fail_errno(wal_name(number_), "cannot be synced", errno);
  return ok();
}

}  // namespace seabed::rocksdb_source
