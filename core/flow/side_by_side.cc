#include "core/flow/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>

#include "core/base/log_context.h"

namespace seabed {

Status side_by_side(const std::vector<std::function<Status()>>& tasks, uint32_t most) {
  std::atomic<size_t> next = 0;
  std::vector<Status> done(tasks.size(), ok());
  const auto work = [&] {
    for (size_t at; (at = next++) < tasks.size();) done[at] = tasks[at]();
  };
  {
    const auto context = log::context();
    std::vector<std::jthread> others;
    try {
      for (size_t i = 1; i < std::min<size_t>(tasks.size(), most); ++i)
        others.emplace_back([&work, &context] {
          const log::Scope scope(context);
          work();
        });
    } catch (const std::system_error&) {  // no more threads: with those that there are
    }
    work();
  }
  for (Status& one : done) SEABED_CHECK(std::move(one));
  return ok();
}

}  // namespace seabed
