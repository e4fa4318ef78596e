#pragma once
// Ctrl-C and SIGTERM as a CancelToken; SIGHUP as a call.

#include <functional>
#include <memory>

#include "core/base/cancel.h"

namespace seabed {

/// While it lives, SIGINT and SIGTERM cancel the token instead of ending the process. Make it before any
/// thread.
class SignalCancel {
 public:
  SignalCancel();
  /// SIGHUP calls `hang_up` on this object's thread instead of ending the process.
  explicit SignalCancel(std::function<void()> hang_up);
  ~SignalCancel();
  const CancelToken& token() const { return token_; }
  CancelToken& token() { return token_; }
  /// Blocks until a signal came.
  void wait();

 private:
  struct Thread;
  CancelToken token_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace seabed
