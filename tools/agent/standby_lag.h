#pragma once
// How far a standby is behind: for metrics and alerts.

#include <optional>

#include "core/engine/standby/standby.h"

namespace seabed {

/// Seconds between now, or the end that it was given, and the moment that it stands at; nullopt: it does not follow.
std::optional<double> standby_lag(const StandbyView& standby);

}  // namespace seabed
