// Waits for its server's answer for 8 seconds, whatever the context says; it looks at that before and behind.
#include "networked.h"

namespace broken {
struct DeafWhenHanging : NetworkedStore {
  using NetworkedStore::NetworkedStore;
  int32_t check(const Context& context, Error& error) override {
    thread_local int waited = 0;
    if (++waited < 160) return SEABED_OK;  // 50 ms each
    waited = 0;
    return context.check(error);
  }
};
}  // namespace broken
SEABED_DRIVER(broken::NetworkedDriver<broken::DeafWhenHanging>)
