#pragma once
// From a directory's path to its handle.

#include <chrono>
#include <map>
#include <mutex>

#include "call.h"
#include "path.h"

namespace seabed_nfs {

/// Remembers handles for a few seconds, as kernel clients do; one that the server no longer knows ends as
/// Call::stale, then forget() and the operation is done again. Thread-safe.
class Directories {
 public:
  explicit Directories(std::string root) : root_(std::move(root)) {}

  /// `dir` below the root ("": the root itself). SEABED_NOT_FOUND when it is not there and `make` is false.
  int32_t open(Call& call, const std::string& dir, bool make, Handle* out);
  /// One object's entry: SEABED_NOT_FOUND also for a directory, a link, a device.
  int32_t open_object(Call& call, const std::string& key, Found* out);
  void forget();

 private:
  using Clock = std::chrono::steady_clock;
  struct Known {
    Handle handle;
    Clock::time_point until;
  };
  bool recall(const std::string& path, Handle* out);
  void remember(const std::string& path, const Handle& handle);
  int32_t enter(Call& call, const Handle& at, const std::string& name, bool make, Handle* out);

  const std::string root_;  // absolute, on the server
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

}  // namespace seabed_nfs
