#pragma once
// A few connections to one server, each used by one thread at a time. Thread-safe.

#include <condition_variable>
#include <mutex>
#include <vector>

#include "connection.h"

namespace seabed_nfs {

class Pool {
 public:
  explicit Pool(Options options) : options_(std::move(options)) {}
  const Options& options() const { return options_; }

  /// An idle connection, or a new one; waits while all are busy. Every success needs a give.
  int32_t take(const Context& context, std::unique_ptr<Connection>* out, Error& error);
  void give(std::unique_ptr<Connection> connection);

 private:
  std::unique_ptr<Connection> pop_idle();
  void release();

  const Options options_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  size_t busy_ = 0;
};

}  // namespace seabed_nfs
