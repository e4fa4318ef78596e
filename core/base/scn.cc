#include "core/base/scn.h"

#include <date/tz.h>

#include <chrono>
#include <sstream>

namespace seabed {

namespace {
using Nanos = std::chrono::sys_time<std::chrono::nanoseconds>;

Result<const date::time_zone*> find_zone(const std::string& zone) {
  try {
    return date::locate_zone(zone);
  } catch (const std::exception&) {
    return fail(Code::kInvalidArgument, "time zone " + zone, "is not known on this machine",
                "give an IANA name such as Europe/Paris, or install tzdata");
  }
}

/// Read in whole seconds first: as nanoseconds a year far off would wrap into another time. A day at each end is left for
/// the zone.
bool can_be_scn(const std::string& spaced) {
  std::istringstream in(spaced.substr(0, 19));
  date::local_seconds whole;
  in >> date::parse("%F %T", whole);
  const auto since = whole.time_since_epoch();
  return in.fail() || (since >= -date::days{1} &&
                       since <= std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds::max()) - date::days{2});
}

template <class Duration>
Result<std::string> format_local(const char* pattern, Scn scn, const std::string& zone) {
  SEABED_TRY(const auto* tz, find_zone(zone));
  const date::sys_time<std::chrono::nanoseconds> t{std::chrono::nanoseconds(static_cast<int64_t>(scn))};
  return date::format(pattern, tz->to_local(date::floor<Duration>(t)));
}
}  // namespace

Status check_time_zone(const std::string& zone) {
  SEABED_TRY([[maybe_unused]] const auto* tz, find_zone(zone));
  return ok();
}

Result<std::string> scn_to_display(Scn scn, TenantMode mode, const std::string& zone) {
  if (mode == TenantMode::kMysql) return format_local<std::chrono::microseconds>("%F %T", scn, zone);
  return format_local<std::chrono::nanoseconds>("%F %T", scn, zone);
}

Result<std::string> scn_to_tag(Scn scn, const std::string& zone) {
  return format_local<std::chrono::seconds>("%Y%m%dT%H%M%S", scn, zone);
}

Result<Scn> scn_from_timestamp(std::string_view text, TenantMode mode, const std::string& zone) {
  SEABED_TRY(const auto* tz, find_zone(zone));
  std::string spaced(text);
  if (spaced.size() > 10 && spaced[10] == 'T') spaced[10] = ' ';
  const auto no_scn = [&] {
    return fail(Code::kInvalidArgument, "timestamp '" + std::string(text) + "'", "lies outside what an SCN can tell",
                "give a time from 1970 to 2262");
  };
  if (!can_be_scn(spaced)) return no_scn();
  std::istringstream in(spaced);
  date::local_time<std::chrono::nanoseconds> local;
  in >> date::parse("%F %T", local);
  if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) {
    return fail(Code::kInvalidArgument, "timestamp '" + std::string(text) + "'", "cannot be read",
                "write it as 'YYYY-MM-DD HH:MM:SS[.ffffff]'");
  }
  if (mode == TenantMode::kMysql) local = date::floor<std::chrono::microseconds>(local);
  const auto info = tz->get_info(local);
  if (info.result != date::local_info::unique) {
    return fail(Code::kInvalidArgument, "timestamp '" + std::string(text) + "'",
                info.result == date::local_info::nonexistent ? "does not exist in " + zone + " (clock change)"
                                                             : "exists twice in " + zone + " (clock change)",
                "give the SCN instead");
  }
  const auto sys = tz->to_sys(local);
  if (sys.time_since_epoch().count() < 0) return no_scn();
  return static_cast<Scn>(sys.time_since_epoch().count());
}

}  // namespace seabed
