#include "tools/agent/standby_lag.h"

#include <algorithm>
#include <chrono>

namespace seabed {

std::optional<double> standby_lag(const StandbyView& standby) {
  if (!standby.source.following || !standby.synced) return std::nullopt;
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const auto now = static_cast<Scn>(std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count());
  const Scn wanted = std::min<Scn>(now, standby.source.recovery_until_scn);
  return wanted > standby.synced ? static_cast<double>(wanted - standby.synced) / 1e9 : 0;
}

}  // namespace seabed
