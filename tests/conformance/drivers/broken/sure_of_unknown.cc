// Calls a write transient ("surely not done") whose answer never came.
#include "networked.h"

namespace broken {
struct SureOfUnknown : NetworkedStore {
  using NetworkedStore::NetworkedStore;
  int32_t ask(bool, const Context& context, Error& error) override {
    return NetworkedStore::ask(false, context, error);
  }
};
}  // namespace broken
SEABED_DRIVER(broken::NetworkedDriver<broken::SureOfUnknown>)
