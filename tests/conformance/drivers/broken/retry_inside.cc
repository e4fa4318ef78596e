// Asks its server again when that hung up.
#include "networked.h"

namespace broken {
struct RetryInside : NetworkedStore {
  using NetworkedStore::NetworkedStore;
  int32_t ask(bool writes, const Context& context, Error& error) override {
    int32_t code = NetworkedStore::ask(writes, context, error);
    for (int i = 0; i < 2 && code == SEABED_UNAVAILABLE; ++i)
      code = NetworkedStore::ask(writes, context, error);
    return code;
  }
};
}  // namespace broken
SEABED_DRIVER(broken::NetworkedDriver<broken::RetryInside>)
