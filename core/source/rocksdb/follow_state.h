#pragma once
// The place in the log of a staged directory (seabed.follow; docs/format/staged-directory.md): written whole
// beside the one that counts, then renamed over it; MANIFEST, OPTIONS and the end of the log follow from it.

#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/format/rocksdb_payload.pb.h"

namespace seabed::rocksdb_source {

inline constexpr char kFollowFile[] = "seabed.follow";
inline constexpr char kFollowNext[] = "seabed.follow.next";  // staged, does not count yet

/// kUnsupported: restored by a version that kept none.
Result<rocksdb::FollowState> read_follow(const std::string& staged);
/// `next`: as kFollowNext.
Status write_follow(const std::string& staged, const rocksdb::FollowState& state, bool next);
/// Log, MANIFEST, OPTIONS and state file as the state says. Idempotent. Words for the operator are appended
/// to `warnings` (may be null).
Status apply_follow(const std::string& staged, const rocksdb::FollowState& state,
                    std::vector<std::string>* warnings);

}  // namespace seabed::rocksdb_source
