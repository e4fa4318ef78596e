#pragma once
// A server on 127.0.0.1 that is no use to anybody: it hangs, hangs up, or answers 503; and counts who came.

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace seabed::check {

class FaultServer {
 public:
  enum Mode {
    kHang,    // takes the connection and never answers
    kHangUp,  // closes it at once
    kBusy     // reads an HTTP request and answers 503 with Retry-After: 7
  };
  explicit FaultServer(Mode mode);
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;
  unsigned port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void serve();
  Mode mode_;
  unsigned port_ = 0;  // before socket_, whose making sets it
  int socket_ = -1, stop_[2] = {-1, -1};
  std::atomic<int> connections_ = 0;
  std::vector<int> held_;
  std::thread thread_;
};

/// A port of 127.0.0.1 where nobody listens.
unsigned closed_port();

}  // namespace seabed::check
