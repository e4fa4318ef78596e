#include "core/engine/job/background.h"

#include "core/base/log.h"
#include "core/base/log_context.h"

namespace seabed {

void Background::on_end(EndFn told) {
  std::lock_guard lock(told_mutex_);
  told_ = std::move(told);
}

void Background::run_told(const std::string& key, bool again, const Work& work, const CancelToken& cancel) {
  const log::Scope scope({.job = key});
  const Status done = work(cancel);
  if (!done && cancel.cancelled()) return;
  if (!done) log::warn("{}: {}", key, done.error().message());
  std::lock_guard lock(told_mutex_);  // while it is told, who listens cannot go
  if (told_) told_(key, again, done);
}

Status Background::start(const std::string& key, std::function<void(Task&)> body) {
  std::lock_guard lock(mutex_);
  if (stopping_) return fail(Code::kCancelled, key, "this process is stopping");
  auto& slot = tasks_[key];
  if (slot && !slot->done) return fail(Code::kConflict, key, "runs already", "wait for it, or cancel it");
  if (slot) ended_.push_back(slot);
  ended_.remove_if([](const auto& task) { return task->done ? (task->thread.join(), true) : false; });
  slot = std::make_shared<Task>();
  slot->thread = std::thread([task = slot, body = std::move(body)] {
    body(*task);
    task->done = true;
  });
  return ok();
}

Status Background::submit(const std::string& key, Work work) {
  return start(key, [this, key, work = std::move(work)](Task& task) { run_told(key, false, work, task.cancel); });
}

Status Background::every(const std::string& key, std::chrono::milliseconds first,
                         std::function<std::chrono::milliseconds()> interval, Work work) {
  return start(key, [=, this](Task& task) {
    for (auto pause = first; !task.cancel.wait_for(pause); pause = interval())
      run_told(key, true, work, task.cancel);
  });
}

bool Background::cancel(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto found = tasks_.find(key);
  if (found == tasks_.end() || found->second->done) return false;
  found->second->cancel.cancel();
  return true;
}

bool Background::running(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto found = tasks_.find(key);
  return found != tasks_.end() && !found->second->done;
}

ProgressFn Background::teller(const std::string& key) {
  return [this, key](const Progress& progress) {
    std::lock_guard lock(mutex_);
    const auto found = tasks_.find(key);
    if (found != tasks_.end())
      found->second->progress = found->second->meter.update(progress, std::chrono::steady_clock::now());
  };
}

std::optional<ProgressView> Background::progress(const std::string& key) {
  std::lock_guard lock(mutex_);
  const auto found = tasks_.find(key);
  return found == tasks_.end() || found->second->done ? std::nullopt : found->second->progress;
}

std::vector<std::pair<std::string, ProgressView>> Background::all_progress() {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, ProgressView>> all;
  for (const auto& [key, task] : tasks_)
    if (!task->done && task->progress) all.emplace_back(key, *task->progress);
  return all;
}

void Background::stop() {
  std::list<std::shared_ptr<Task>> all;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    all.swap(ended_);
    for (auto& [key, task] : tasks_) {
      task->cancel.cancel();
      all.push_back(task);
    }
    tasks_.clear();
  }
  for (auto& task : all) task->thread.join();
}

}  // namespace seabed
