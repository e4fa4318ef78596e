// A steady rate of commits.
#pragma once
#include <chrono>
#include <cstdint>

namespace oracle {

class Pace {
 public:
  explicit Pace(double rate) { set(rate); }
  void set(double rate) {
    rate_ = rate;
    done_ = 0;
    start_ = std::chrono::steady_clock::now();
  }
  // How long the next commit has still to wait.
  std::chrono::nanoseconds due() const {
    if (rate_ <= 0) return std::chrono::nanoseconds(0);
    const auto at = start_ + std::chrono::nanoseconds(static_cast<int64_t>(double(done_) * 1e9 / rate_));
    return at - std::chrono::steady_clock::now();
  }
  void committed() { ++done_; }

 private:
  double rate_ = 0;
  uint64_t done_ = 0;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace oracle
