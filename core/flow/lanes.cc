#include "core/flow/lanes.h"

#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace seabed {

Status run_lanes(uint32_t count, const std::function<Status(uint32_t lane)>& work,
                 const std::function<void()>& on_failure) {
  std::mutex mutex;
  std::optional<Error> first;
  auto run = [&](uint32_t lane) {
    Status done = work(lane);
    if (done) return;
    bool mine = false;
    {
      std::lock_guard lock(mutex);
      mine = !first;
      if (mine) first = std::move(done.error());
    }
    if (mine) on_failure();
  };
  std::vector<std::jthread> threads;
  for (uint32_t lane = 1; lane < count; ++lane) threads.emplace_back(run, lane);
  run(0);
  threads.clear();
  if (first) return fail(std::move(*first));
  return ok();
}

}  // namespace seabed
