#pragma once
// A call into a dead mount sleeps in the kernel, where no deadline reaches it. Calls that may meet one run on a worker,
// and who asked goes on without it when his time is up.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "fd.h"
#include "file_error.h"

namespace seabed_file {

/// What a destination's directory lies on. One for all stores of a path. Thread-safe.
class Mount : public std::enable_shared_from_this<Mount> {
 public:
  static std::shared_ptr<Mount> of(const std::string& path);
  explicit Mount(std::string path);

  /// Must a call go through run()? Not on a disk of this machine, whose calls take no detour. Found out again whenever
  /// something was mounted or unmounted.
  int32_t may_hang(const Context& context, bool* out, Error& error);

  /// `work` on a worker; its code and error, or SEABED_TIMEOUT or SEABED_CANCELLED when it did not return in time. Then
  /// *left is true, and `work` goes on: it may touch only what it owns, and its context is cancelled. While kMostLeft
  /// such calls sleep here, another one is refused at once.
  using Work = std::function<int32_t(const Context&, Error&)>;
  int32_t run(Work work, bool writes, const Context& context, bool* left, Error& error);

  static constexpr uint32_t kMostLeft = 8;

 private:
  enum class Kind { kUnknown, kOwnDisk, kOther };
  struct Call;
  bool mounts_changed();
  int32_t find_kind(const Context& context, Kind* out, Error& error);
  bool wait(Call& call, const Context& context);
  int32_t leave(bool writes, const Context& context, Error& error);

  const std::string path_;
  std::mutex mutex_;
  Fd table_;               // of mounts: readable when it changed
  Kind kind_ = Kind::kUnknown;
  uint64_t changes_ = 0;
  uint32_t left_ = 0;      // workers that are still in a call nobody waits for
};

}  // namespace seabed_file
