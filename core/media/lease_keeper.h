#pragma once
// Renews leases on a thread of its own, so that a slow append never lets one run out.

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/base/cancel.h"
#include "core/media/lease.h"

namespace seabed {

/// Thread-safe.
class LeaseKeeper {
 public:
  explicit LeaseKeeper(std::chrono::milliseconds lease);
  ~LeaseKeeper();  // stops renewing; releases nothing
  void add(std::shared_ptr<StreamLease> lease);
  void remove(const std::shared_ptr<StreamLease>& lease);

 private:
  void run();
  std::chrono::milliseconds period_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<StreamLease>> leases_;
  CancelToken cancel_;
  std::thread thread_;
};

}  // namespace seabed
