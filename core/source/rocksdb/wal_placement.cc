#include "core/source/rocksdb/wal_placement.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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

Status WalPlacement::resume(uint64_t wal, uint64_t length) {
  SEABED_CHECK(cut_log(directory_, wal, length));
  number_ = wal, length_ = length;
  if (wal == 0) return ok();
  SEABED_TRY(file_, open_beneath(directory_, wal_name(wal), O_RDWR));
  return ok();
}

Status cut_log(int directory, uint64_t wal, uint64_t length) {
  SEABED_TRY(const auto files, list_db_files(directory, "the staged directory"));
  bool found = wal == 0, removed = false;
  for (const ListedFile& file : files) {
    if (file.name.kind != DbFileKind::kWal || file.name.number < wal) continue;
    if (file.name.number > wal) {
      if (::unlinkat(directory, file.text.c_str(), 0) != 0) return fail_errno(file.text, "cannot be removed", errno);
      removed = true;
      continue;
    }
    struct stat st {};
    if (::fstatat(directory, file.text.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
      return fail_errno(file.text, "cannot be inspected", errno);
    found = true;
    const auto size = static_cast<uint64_t>(st.st_size);
    if (size < length)
      return fail(Code::kCorruption, file.text,
                  "has " + std::to_string(size) + " bytes, " + std::to_string(length) + " were restored", "restore again");
    if (size <= length) continue;
    SEABED_TRY(const Fd fd, open_beneath(directory, file.text, O_RDWR));
    if (::ftruncate(fd.get(), static_cast<off_t>(length)) != 0 || ::fsync(fd.get()) != 0)
      return fail_errno(file.text, "cannot be cut", errno);
  }
  if (!found) return fail(Code::kCorruption, wal_name(wal), "is missing from the staged directory", "restore again");
  if (removed && ::fsync(directory) != 0) return fail_errno("the staged directory", "cannot be synced", errno);
  return ok();
}

Status WalPlacement::place(const WalRunView& run, std::string_view data) {
  if (run.wal_number < start_wal_) return ok();
  const std::string name = wal_name(run.wal_number);
  if (run.wal_number != number_) {
    SEABED_CHECK(sync());
    SEABED_TRY(file_, open_beneath(directory_, name, O_RDWR | O_CREAT | O_TRUNC, 0640));
    number_ = run.wal_number;
    length_ = 0;
  }
  if (run.offset > length_)
    return fail(Code::kGap, name, "ends at " + std::to_string(length_) + ", the next run begins at " +
                                      std::to_string(run.offset));
  bytes_ += data.size();
  SEABED_CHECK(pwrite_full(file_.get(), data, run.offset, name));
  length_ = std::max<uint64_t>(length_, run.offset + data.size());
  return ok();
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
