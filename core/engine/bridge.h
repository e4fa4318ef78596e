#pragma once
// Bridging incrementals: a hole in the log closes once a base behind it exists (rocksdb-attach.md section 2). One
// running, the next after max(bridge_min_interval, 10 x the last duration); the first at once.

#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "core/engine/job_runner.h"

namespace seabed {

class Bridge {
 public:
  Bridge(EngineContext& context, JobRunner& runner) : context_(context), runner_(runner) {}
  ~Bridge() { stop(); }
  void start();
  void stop();
  /// Why the tenant's open holes are not being bridged; empty: they are, or there is none. Thread-safe.
  std::string obstacle(uint64_t tenant_id);

 private:
  struct State {
    std::string obstacle;
    bool told = false;              // logged already
  };
  void look(uint64_t tenant_id);
  Result<std::string> find_obstacle(uint64_t tenant_id);
  Result<bool> due(uint64_t tenant_id);
  void tell(uint64_t tenant_id, const std::string& obstacle);

  EngineContext& context_;
  JobRunner& runner_;
  CancelToken cancel_;
  std::thread thread_;
  std::mutex mutex_;
  std::map<uint64_t, State> states_;
};

}  // namespace seabed
