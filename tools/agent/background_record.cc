#include "tools/agent/background_record.h"

#include <chrono>

namespace seabed {
namespace {

constexpr size_t kMaxTasks = 64, kMaxFailed = 1000;

}  // namespace

BackgroundRecord::Task& BackgroundRecord::task(const std::string& key) {
  const std::string name = key.substr(0, key.find('/'));
  return tasks_[tasks_.count(name) || tasks_.size() < kMaxTasks ? name : "other"];
}

void BackgroundRecord::note(const std::string& key, bool again, const Status& result) {
  std::lock_guard lock(mutex_);
  Task& one = task(key);
  if (result) {
    ++one.successes;
    one.last_success =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    failing_.erase(key);
    return;
  }
  ++one.failures;
  if (key == "alerts") return;  // to tell that nothing can be told
  if (key.starts_with("drill/")) return;  // the catalog has it, tenant and all: drill_failed
  const Error& error = result.error();
  Trouble trouble{"job_failed", "", key, error.message(), error.next_step};
  if (again) {
    failing_[key] = trouble;
    return;
  }
  trouble.once = true;
  trouble.object += ", run " + std::to_string(++runs_);  // the same key may fail once more
  failed_.push_back(trouble);
  if (failed_.size() > kMaxFailed) failed_.erase(failed_.begin());
}

void BackgroundRecord::add_metrics(MetricFamilies* out) const {
  std::lock_guard lock(mutex_);
  for (const auto& [name, one] : tasks_) {
    out->counter("seabed_background_runs_total", "Ended runs of the agent's background work.",
                 {{"task", name}, {"result", "success"}}, double(one.successes));
    out->counter("seabed_background_runs_total", "Ended runs of the agent's background work.",
                 {{"task", name}, {"result", "failure"}}, double(one.failures));
    if (one.last_success > 0)
      out->gauge("seabed_background_last_success_timestamp_seconds", "End of the last run without an error.",
                 {{"task", name}}, one.last_success);
  }
}

std::vector<Trouble> BackgroundRecord::troubles() const {
  std::lock_guard lock(mutex_);
  std::vector<Trouble> out = failed_;
  for (const auto& [key, trouble] : failing_) out.push_back(trouble);
  return out;
}

}  // namespace seabed
