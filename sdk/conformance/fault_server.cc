#include "fault_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace seabed::check {

namespace {
int listen_anywhere(unsigned* port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(fd, 16) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("the checker cannot listen on 127.0.0.1");
  *port = ntohs(address.sin_port);
  return fd;
}

/// Reads until the end of the head and as much of the body as comes, then answers.
void answer_busy(int fd) {
  std::string head;
  char buffer[4096];
  pollfd wait{fd, POLLIN, 0};
  while (head.find("\r\n\r\n") == head.npos && head.size() < 65536 && poll(&wait, 1, 5000) > 0) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n <= 0) break;
    head.append(buffer, static_cast<size_t>(n));
  }
  static const char kAnswer[] =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  if (send(fd, kAnswer, sizeof kAnswer - 1, MSG_NOSIGNAL) > 0) shutdown(fd, SHUT_WR);
  while (poll(&wait, 1, 1000) > 0 && read(fd, buffer, sizeof buffer) > 0) {
  }
}
}  // namespace

FaultServer::FaultServer(Mode mode) : mode_(mode), socket_(listen_anywhere(&port_)) {
  if (pipe(stop_) != 0) throw std::runtime_error("no pipe");
  thread_ = std::thread([this] { serve(); });
}

FaultServer::~FaultServer() {
  close(stop_[1]);
  thread_.join();
  for (const int fd : held_) close(fd);
  close(stop_[0]), close(socket_);
}

void FaultServer::serve() {
  for (;;) {
    pollfd fds[2] = {{socket_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[1].revents != 0) return;
    const int fd = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    ++connections_;
    if (mode_ == kBusy) answer_busy(fd);
    if (mode_ == kHang)
      held_.push_back(fd);
    else
      close(fd);
  }
}

unsigned closed_port() {
  unsigned port = 0;
  close(listen_anywhere(&port));
  return port;
}

}  // namespace seabed::check
