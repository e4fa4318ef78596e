#include "core/source/rocksdb/group_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/base/checksum.h"
#include "core/format/log_group_codec.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/lsn.h"
#include "core/source/rocksdb/payload.h"

namespace seabed::rocksdb_source {
namespace {

constexpr size_t kPending = 1 << 20, kRead = 1 << 20;

}  // namespace

Result<GroupJournal> GroupJournal::create(int directory) {
  SEABED_TRY(Fd file, open_beneath(directory, kGroupJournal, O_RDWR | O_CREAT | O_TRUNC, 0640));
  return GroupJournal(std::move(file), 0);
}

Result<GroupJournal> GroupJournal::resume(int directory, uint64_t length) {
  SEABED_CHECK(cut_journal(directory, length));
  SEABED_TRY(Fd file, open_beneath(directory, kGroupJournal, O_RDWR));
  return GroupJournal(std::move(file), length);
}

Status GroupJournal::append(const LogGroup& group) {
  if (group.type != GroupType::kLog) {
    pending_ += encode_group(group);
  } else {
    SEABED_TRY(WalRunView run, decode_wal_run(group.payload));
    const Hash128 hash = hash128(run.data);
    run.data = view(hash);
    LogGroup entry = group;
    entry.payload = encode_wal_run(run);
    pending_ += encode_group(entry);
  }
  return pending_.size() < kPending ? ok() : write_pending();
}

Status GroupJournal::write_pending() {
  SEABED_CHECK(pwrite_full(file_.get(), pending_, length_, kGroupJournal));
  length_ += pending_.size();
  pending_.clear();
  return ok();
}

Status GroupJournal::sync() {
  SEABED_CHECK(write_pending());
  if (::fsync(file_.get()) != 0) return fail_errno(kGroupJournal, "cannot be synced", errno);
  return ok();
}

Status cut_journal(int directory, uint64_t length) {
  SEABED_TRY(const Fd file, open_beneath(directory, kGroupJournal, O_RDWR));
  struct stat st {};
  if (::fstat(file.get(), &st) != 0) return fail_errno(kGroupJournal, "cannot be inspected", errno);
  const auto size = static_cast<uint64_t>(st.st_size);
  if (size == length) return ok();
  if (size < length)
    return fail(Code::kCorruption, kGroupJournal,
                "has " + std::to_string(size) + " bytes, " + std::to_string(length) + " were written",
                "restore again");
  if (::ftruncate(file.get(), static_cast<off_t>(length)) != 0 || ::fsync(file.get()) != 0)
    return fail_errno(kGroupJournal, "cannot be cut", errno);
  return ok();
}

tl::unexpected<Error> JournalReader::damaged(const std::string& reason) const {
  return fail(Code::kCorruption, staged_ + "/" + kGroupJournal, reason, "restore again");
}

Status JournalReader::read_on(uint64_t end, size_t wanted) {
  if (buffer_.size() - taken_ >= wanted) return ok();
  buffer_.erase(0, taken_);
  taken_ = 0;
  const size_t have = buffer_.size();
  const uint64_t left = end - offset_ - have;
  buffer_.resize(have + std::min<uint64_t>(left, std::max(wanted - have, kRead)));
  SEABED_TRY(const size_t n, pread_full(journal_.get(), std::span<char>(buffer_).subspan(have),
                                        offset_ + have, kGroupJournal));
  if (have + n != buffer_.size()) return damaged("is shorter than its state says");
  return ok();
}

Result<bool> JournalReader::next(uint64_t end, LogGroup* entry) {
  if (offset_ >= end) return false;
  if (!journal_) {
    SEABED_TRY(journal_, open_beneath(directory_.get(), kGroupJournal, O_RDONLY));
  }
  size_t used = 0, needed = 1;
  std::string reason;
  for (;;) {
    SEABED_CHECK(read_on(end, needed));
    const auto rest = std::string_view(buffer_).substr(taken_);
    const GroupRead read = decode_group(rest, entry, &used, &needed, &reason);
    if (read == GroupRead::kGroup) break;
    if (read == GroupRead::kBad) return damaged(reason);
    if (needed <= rest.size() || needed > end - offset_) return damaged("ends inside an entry");
  }
  taken_ += used;
  offset_ += used;
  return true;
}

Status JournalReader::fill(LogGroup* entry) {
  if (entry->type != GroupType::kLog) return ok();
  SEABED_TRY(WalRunView run, decode_wal_run(entry->payload));
  SEABED_TRY(const LogPosition end, decode_lsn(entry->end));
  if (end.wal != run.wal_number || end.offset < run.offset || end.offset - run.offset > kMaxGroupPayload)
    return damaged("an entry's position is not its log's");
  const std::string name = wal_name(run.wal_number);
  if (!wal_ || wal_number_ != run.wal_number) {
    SEABED_TRY(wal_, open_beneath(directory_.get(), name, O_RDONLY));
    wal_number_ = run.wal_number;
  }
  std::string data(end.offset - run.offset, '\0');
  SEABED_TRY(const size_t n, pread_full(wal_.get(), data, run.offset, name));
  if (n != data.size() || view(hash128(data)) != run.data)
    return fail(Code::kCorruption, staged_ + "/" + name, "is not the log that was put there",
                "restore again");
  run.data = data;
  entry->payload = encode_wal_run(run);
  return ok();
}

}  // namespace seabed::rocksdb_source
