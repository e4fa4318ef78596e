#pragma once
// Log groups and log files on the media (docs/format/log-file.md): file header, LogFileHeader, then groups end to end.

#include <string>
#include <string_view>

#include "core/base/checksum.h"
#include "core/base/status.h"
#include "core/format/log_types.h"

namespace seabed::meta {
class LogFileHeader;
}

namespace seabed {

inline constexpr size_t kMaxGroupPayload = 80u << 20;   // a reader allocates no more for one group
inline constexpr size_t kMaxStoredPayload = kMaxGroupPayload + 16;   // with the tag of an encrypted one
inline constexpr uint32_t kGroupEncrypted = 1, kGroupCompressed = 2; // LogGroup.stored and the group's flags

std::string encode_log_file_header(const meta::LogFileHeader& header);
/// Sets *used to the length of the header.
Result<meta::LogFileHeader> decode_log_file_header(std::string_view bytes, size_t* used, const std::string& what);

std::string encode_group(const LogGroup& group);
enum class GroupRead { kGroup, kNeedMore, kBad };
/// Reads one group from the front of `bytes`. kNeedMore: *needed says how many bytes in all to come back with (a torn
/// tail looks like this too). kBad: a checksum or bound does not hold; *reason says which. Never trusts a length.
GroupRead decode_group(std::string_view bytes, LogGroup* group, size_t* used, size_t* needed, std::string* reason);

}  // namespace seabed
