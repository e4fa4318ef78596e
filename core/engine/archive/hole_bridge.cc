#include "core/engine/archive/hole_bridge.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "core/base/log.h"
#include "core/base/log_context.h"

namespace seabed::archive {

HoleBridge::HoleBridge(uint64_t tenant_id, const ArchiveTuning& tuning) : tenant_id_(tenant_id), tuning_(tuning) {}
HoleBridge::~HoleBridge() { stop(); }

void HoleBridge::set(BridgeFn bridge) { bridge_ = std::move(bridge); }

void HoleBridge::stop() {
  cancel_.cancel();
  if (thread_.joinable()) thread_.join();
}

void HoleBridge::poll(uint64_t open_holes, uint64_t found) {
  std::lock_guard lock(mutex_);
  open_ = open_holes;
  found_ = found;
  if (open_ == 0) unsettled_ = 0, last_error_.clear();
  if (open_ == 0 || running_ || !bridge_ || cancel_.cancelled() || Steady::now() < next_) return;
  if (thread_.joinable()) thread_.join();  // the one before has ended
  running_ = true;
  found_at_start_ = found_;
  thread_ = std::thread([this, context = log::context()] {
    const log::Scope scope(context);
    run();
  });
}

void HoleBridge::run() {
  const auto begin = Steady::now();
  log::info("tenant {}: an incremental backup starts to bridge a hole in its log", tenant_id_);
  const Status done = bridge_(tenant_id_, cancel_);
  const auto took = Steady::now() - begin;
  std::lock_guard lock(mutex_);
  last_error_ = done ? "" : done.error().message();
  if (!done) log::error("tenant {}: the bridging backup failed: {}", tenant_id_, last_error_);
  unsettled_ = found_ > found_at_start_ ? unsettled_ + 1 : 0;
  next_ = Steady::now() + std::max<Steady::duration>(tuning_.bridge_pause, took * tuning_.bridge_factor);
  running_ = false;
}

bool HoleBridge::snapshot_only() const {
  std::lock_guard lock(mutex_);
  return open_ > 0 && unsettled_ >= tuning_.bridges_until_snapshot_only;
}

void HoleBridge::go_on_snapshot_only() {
  std::lock_guard lock(mutex_);
  unsettled_ = std::max(unsettled_, tuning_.bridges_until_snapshot_only);
}

std::string HoleBridge::comment() const {
  std::lock_guard lock(mutex_);
  if (open_ == 0) return {};
  std::string text = fmt::format("{} hole(s) in the log: targets inside are refused until a backup covers them", open_);
  if (!bridge_) return text + "; take a backup";
  if (running_) text += "; a bridging incremental is running";
  if (!last_error_.empty()) text += "; WARNING: the bridging incremental failed: " + last_error_;
  return text;
}

}  // namespace seabed::archive
