#pragma once
// SCN: nanoseconds since the Unix epoch, UTC. Printing and parsing happen in the tenant's time zone.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace seabed {

using Scn = uint64_t;
inline constexpr Scn kScnMax = 0x7fffffffffffffffull;  // "unlimited", as OceanBase prints it

/// How finely a tenant's literals are kept (reference: mysql cuts to the microsecond, oracle keeps nanoseconds).
enum class TenantMode { kMysql, kOracle };

/// "2023-01-11 19:30:49.123456" (mysql) or nine digits (oracle), local time of `zone` (an IANA name).
Result<std::string> scn_to_display(Scn scn, TenantMode mode, const std::string& zone);
/// Reads 'YYYY-MM-DD HH:MI:SS[.fraction]' (a 'T' instead of the blank is fine) as local time of `zone`; the mysql
/// mode cuts finer digits off. Refused: a time that the zone skips or has twice (daylight saving), and one before 1970 or
/// behind April 2262, which no SCN can tell.
Result<Scn> scn_from_timestamp(std::string_view text, TenantMode mode, const std::string& zone);
/// "20230111T193049": the time tag of names on the media, local time of `zone`.
Result<std::string> scn_to_tag(Scn scn, const std::string& zone);

Status check_time_zone(const std::string& zone);

}  // namespace seabed
