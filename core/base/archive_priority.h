#pragma once
// How much the threads that archive give way to the application: nice, no preemption at wake-up (SCHED_BATCH), and with
// the nice value the priority of their requests to the disk (ionice follows it). Best effort: what the system refuses is
// left out.

#include "core/base/status.h"

namespace seabed {

/// Of this process, before its archiving begins: 0 to 19. 0, as it is until then, leaves the threads as all others. A
/// session of our own (a service) is an autogroup of its own, inside which nice counts for nothing against others: it gets
/// the value as a whole.
void set_archive_nice(int nice);
/// Of the calling thread.
void give_way_to_the_application();

}  // namespace seabed
