#pragma once
// The template's store behind a server: with the key endpoint = PORT each operation first asks a server on
// 127.0.0.1 and waits for its answer. What the checker's fault server plays is so felt by a driver without a
// medium of its own.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "broken.h"

namespace broken {

class NetworkedStore : public AcmeStore {
 public:
  using AcmeStore::AcmeStore;
  void configure(const seabed::sdk::OpenArgs& args) { port_ = std::atoi(args.get("endpoint", "0")); }

  int32_t stat(const char* key, const Context& context, ObjectStat* out, Error& error) override {
    if (const int32_t code = ask(false, context, error)) return code;
    return AcmeStore::stat(key, context, out, error);
  }
  int32_t read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context& context,
                  size_t* out, Error& error) override {
    if (const int32_t code = ask(false, context, error)) return code;
    return AcmeStore::read_at(key, offset, buffer, size, context, out, error);
  }
  int32_t put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
              Error& error) override {
    if (const int32_t code = ask(true, context, error)) return code;
    return AcmeStore::put(key, bytes, options, context, error);
  }
  int32_t append(const char* key, uint64_t position, Buffers bytes, const Context& context, uint64_t* length,
                 Error& error) override {
    if (const int32_t code = ask(true, context, error)) return code;
    return AcmeStore::append(key, position, bytes, context, length, error);
  }
  int32_t upload_begin(const char* key, const PutOptions& options, const Context& context, Text* id,
                       Error& error) override {
    if (const int32_t code = ask(true, context, error)) return code;
    return AcmeStore::upload_begin(key, options, context, id, error);
  }
  int32_t list(ListCall& call, const Context& context, Error& error) override {
    if (const int32_t code = ask(false, context, error)) return code;
    return AcmeStore::list(call, context, error);
  }

 protected:
  /// One question; `writes`: after it was sent the outcome is unknown.
  virtual int32_t ask(bool writes, const Context& context, Error& error) {
    if (port_ == 0) return SEABED_OK;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int32_t code = ask_on(fd, writes, context, error);
    if (fd >= 0) close(fd);
    return code;
  }
  virtual int32_t check(const Context& context, Error& error) { return context.check(error); }

 private:
  int32_t ask_on(int fd, bool writes, const Context& context, Error& error) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port_));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
      return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "its server cannot be reached");
    send(fd, "?", 1, MSG_NOSIGNAL);
    for (pollfd wait{fd, POLLIN, 0}; poll(&wait, 1, 50) <= 0;)
      if (const int32_t code = check(context, error)) {
        if (writes) error.outcome_unknown();
        return code;
      }
    char answer;
    if (read(fd, &answer, 1) == 1) return SEABED_OK;
    return error.fail(SEABED_UNAVAILABLE, writes ? SEABED_RETRY_OUTCOME_UNKNOWN : SEABED_RETRY_TRANSIENT,
                      "its server hung up");
  }

  int port_ = 0;
};

template <class Store>
struct NetworkedDriver : Driver<Store> {
  static constexpr seabed_key kEndpoint = {sizeof(seabed_key),
                                           SEABED_KEY_INTEGER,
                                           0,
                                           "endpoint",
                                           nullptr,
                                           "port of the server on 127.0.0.1",
                                           nullptr};
  static constexpr const seabed_key* const kKeys[] = {&acme::AcmeDriver::kToken, &kEndpoint, nullptr};
};

}  // namespace broken
