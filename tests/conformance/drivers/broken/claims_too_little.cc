// Append and conditional puts work, but are not claimed.
#include "broken.h"

namespace broken {
struct Modest : Driver<AcmeStore> {
  static void capabilities(const seabed::sdk::Store* store, seabed_capabilities* out) {
    acme::AcmeDriver::capabilities(store, out);
    out->flags &= ~uint32_t{SEABED_CAP_APPEND | SEABED_CAP_CONDITIONAL_PUT};
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Modest)
