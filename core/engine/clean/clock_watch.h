#pragma once
// A cleanup believes the clock: what is older than the window goes. So the clock is compared with the time
// since boot, and with what is known to have happened already, before anything is deleted.

#include <functional>
#include <string>

#include "core/engine/clean/clean_rules.h"
#include "core/engine/job/context.h"

namespace seabed::clean {

/// A clock that nobody sets. `boot_id` changes with every boot; empty: there is none, nothing is compared.
struct ClockWitness {
  std::string boot_id;
  std::function<uint64_t()> boot_ns;
};
ClockWitness system_witness();

/// What is wrong with the clock, in words; empty: nothing. The first look of a boot keeps both clocks in the
/// catalog; from then on they must run side by side (5 minutes, and 1 in 1,000).
Result<std::string> check_clock(EngineContext& context, const ClockWitness& witness, const Stock& stock);
/// The operator says that the clock is right now.
Status accept_clock(EngineContext& context, const ClockWitness& witness);

}  // namespace seabed::clean
