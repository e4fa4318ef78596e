#include "core/engine/drill/choose_moment.h"

#include <algorithm>
#include <charconv>

namespace seabed::drill {

Scn moment_in(const std::vector<WindowRange>& ranges, uint64_t at) {
  uint64_t length = 0;
  for (const WindowRange& r : ranges) length += r.to - r.from + 1;
  at %= std::max<uint64_t>(length, 1);
  for (const WindowRange& r : ranges) {
    const uint64_t own = r.to - r.from + 1;
    if (at < own) return r.from + at;
    at -= own;
  }
  return ranges.back().to;
}

RestoreTargetPoint target_point(const std::string& moment) {
  RestoreTargetPoint out;
  if (moment.empty() || moment == "latest") return out;
  const auto [end, error] = std::from_chars(moment.data(), moment.data() + moment.size(), out.scn);
  if (error == std::errc() && end == moment.data() + moment.size()) {
    out.kind = RestoreTargetPoint::Kind::kScn;
    return out;
  }
  out.kind = RestoreTargetPoint::Kind::kTime;
  out.time = moment;
  return out;
}

}  // namespace seabed::drill
