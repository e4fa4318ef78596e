#include "core/media/archive_stream.h"

#include "core/format/log_group_codec.h"
#include "core/format/log_group_head.h"

namespace seabed {

GroupMeta meta_of(const LogGroup& g) { return {g.type, g.scn_lo, g.scn_hi, g.incarnation, g.begin, g.end}; }

EncodedGroup encode(LogGroup group, uint64_t epoch) {
  group.epoch = epoch;
  std::string head = encode_group_head(group);
  if (head.empty()) return {meta_of(group), {}, {}};
  return {meta_of(group), std::move(head), std::move(group.payload)};
}

Result<EncodedGroup> restamp(const EncodedGroup& group, uint64_t epoch) {
  LogGroup plain;
  size_t used = 0, needed = 0;
  std::string reason;
  if (decode_group(group.bytes(), &plain, &used, &needed, &reason) != GroupRead::kGroup)
    return fail(Code::kInternal, "log group in memory", "cannot be read back: " + reason);
  return encode(std::move(plain), epoch);
}

void LogFile::add(const GroupMeta& group) {
  if (groups++ == 0) min_scn = group.scn_lo;
  max_scn = group.scn_hi;
  if (!carries_log(group.type)) return;
  if (min_lsn.empty()) min_lsn = group.begin;
  max_lsn = group.end;
}

}  // namespace seabed
