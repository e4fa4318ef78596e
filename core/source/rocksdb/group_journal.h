#pragma once
// The log groups that a staged directory was made of, in order and with their stamps (seabed.follow.groups;
// docs/format/staged-directory.md): what a standby archives. The bytes of its WAL lie in the directory's own
// files; an entry of kLog has their XXH3-128 instead.

#include <cstdint>
#include <string>

#include "core/base/fd.h"
#include "core/format/log_types.h"

namespace seabed::rocksdb_source {

inline constexpr char kGroupJournal[] = "seabed.follow.groups";

/// Not thread-safe. Bytes behind what a state names as its length are nobody's.
class GroupJournal {
 public:
  /// A new one in the open `directory`.
  static Result<GroupJournal> create(int directory);
  /// Goes on at `length`; what lies behind it is cut off.
  static Result<GroupJournal> resume(int directory, uint64_t length);
  Status append(const LogGroup& group);
  /// Everything appended is durable.
  Status sync();
  uint64_t length() const { return length_ + pending_.size(); }

 private:
  explicit GroupJournal(Fd file, uint64_t length) : file_(std::move(file)), length_(length) {}
  Status write_pending();

  Fd file_;
  uint64_t length_ = 0;
  std::string pending_;
};

/// Entries behind `length` go; kCorruption when there is less.
Status cut_journal(int directory, uint64_t length);

/// Reads while another process appends behind `end`. Not thread-safe.
class JournalReader {
 public:
  /// `staged`: the directory, for messages.
  JournalReader(Fd directory, std::string staged)
      : directory_(std::move(directory)), staged_(std::move(staged)) {}
  /// The next entry, as it lies there; false at `end`. kCorruption when it is not what was appended.
  Result<bool> next(uint64_t end, LogGroup* entry);
  /// The group that an entry stands for: WAL bytes are read and proved.
  Status fill(LogGroup* entry);
  uint64_t offset() const { return offset_; }

 private:
  Status read_on(uint64_t end, size_t wanted);
  tl::unexpected<Error> damaged(const std::string& reason) const;

  const Fd directory_;
  const std::string staged_;
  Fd journal_, wal_;
  uint64_t wal_number_ = 0, offset_ = 0;
  std::string buffer_;  // read and not yet taken begin at taken_
  size_t taken_ = 0;
};

}  // namespace seabed::rocksdb_source
