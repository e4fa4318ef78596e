#include "core/media/lease_keeper.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/base/log_context.h"

namespace seabed {

LeaseKeeper::LeaseKeeper(std::chrono::milliseconds lease)
    : period_(lease / 3), thread_([this, context = log::context()] {
        const log::Scope scope(context);  // of whoever keeps the leases
        run();
      }) {}

LeaseKeeper::~LeaseKeeper() {
  cancel_.cancel();
  thread_.join();
}

void LeaseKeeper::add(std::shared_ptr<StreamLease> lease) {
  std::lock_guard lock(mutex_);
  leases_.push_back(std::move(lease));
}

void LeaseKeeper::remove(const std::shared_ptr<StreamLease>& lease) {
  std::lock_guard lock(mutex_);
  std::erase(leases_, lease);
}

void LeaseKeeper::run() {
  while (!cancel_.wait_for(period_)) {
    std::vector<std::shared_ptr<StreamLease>> now;
    {
      std::lock_guard lock(mutex_);
      now = leases_;
    }
    for (const auto& lease : now) {
      IoContext ctx;
      ctx.deadline = after(period_);
      ctx.cancel = &cancel_;
      if (const auto renewed = lease->renew(ctx); !renewed)
        log::warn("lease not renewed: {}", renewed.error().message());
    }
  }
}

}  // namespace seabed
