// The oracle's only clock: time of day in nanoseconds, as the product promises its timestamps in.
#pragma once
#include <cstdint>

namespace oracle {

int64_t wall_ns();

}  // namespace oracle
