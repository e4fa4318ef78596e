#include "core/base/archive_priority.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "core/base/fd.h"

namespace seabed {

namespace {
std::atomic<int> wanted_nice = 0;
}  // namespace

void set_archive_nice(int nice) {
  wanted_nice = nice;
  if (getsid(0) != getpid()) return;   // somebody's terminal or test: not ours to change
  const Fd group(::open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC));
  const std::string text = std::to_string(nice);
  if (group) (void)!::write(group.get(), text.data(), text.size());
}

void give_way_to_the_application() {
  const int nice = wanted_nice;
  if (nice == 0) return;
  const sched_param none{};
  (void)sched_setscheduler(0, SCHED_BATCH, &none);
  // Linux: "process" 0 is the calling thread. Never back up: the operator may have started all of it lower.
  if (getpriority(PRIO_PROCESS, 0) < nice) (void)setpriority(PRIO_PROCESS, 0, nice);
}

}  // namespace seabed
