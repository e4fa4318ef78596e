#pragma once
// Words shared by writing and resuming one log stream of one round.

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/checksum.h"
#include "core/format/log_types.h"
#include "core/media/paths.h"

namespace seabed {

struct ArchiveStreamId {
  uint64_t tenant_id = 0, dest_id = 0, round_id = 0, ls_id = 0;
  paths::PieceKey piece(uint64_t piece_id) const { return {dest_id, round_id, piece_id}; }
};

/// What is known of a group without its payload.
struct GroupMeta {
  GroupType type = GroupType::kLog;
  Scn scn_lo = 0, scn_hi = 0;
  uint64_t incarnation = 0;
  Lsn begin, end;
};
GroupMeta meta_of(const LogGroup& group);
/// The types whose end is the position of the stream: what a source resumes from.
inline bool carries_log(GroupType type) { return type == GroupType::kLog || type == GroupType::kDictionary; }

/// What stands on the medium, in two parts: the payload is moved through, never copied.
struct EncodedGroup {
  GroupMeta meta;
  std::string head, payload;
  size_t size() const { return head.size() + payload.size(); }
  std::string bytes() const { return head + payload; }
};
EncodedGroup encode(LogGroup group, uint64_t epoch);
/// The same group as a later epoch of the same owner writes it.
Result<EncodedGroup> restamp(const EncodedGroup& group, uint64_t epoch);

/// One log file of a piece: how much of it is accepted, and what it holds.
struct LogFile {
  uint64_t piece_id = 0;
  uint32_t file_id = 0;       // 0: none
  uint64_t length = 0;        // accepted; bytes behind it are ignored
  Hash128 hash{};             // XXH3-128 of the accepted bytes
  uint64_t epoch = 0;
  uint64_t groups = 0;
  Scn min_scn = 0, max_scn = 0;  // scn_lo of the first, scn_hi of the last group
  Lsn min_lsn, max_lsn;          // of the groups that carry log
  void add(const GroupMeta& group);
};

}  // namespace seabed
