// Appends at the end whatever position was asked for: what a retry inside the driver does.
#include "broken.h"

namespace broken {
struct AppendsAnywhere : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t append(const char* key, uint64_t position, Buffers bytes, const Context& context, uint64_t* length,
                 Error& error) override {
    const int32_t code = AcmeStore::append(key, position, bytes, context, length, error);
    return code == SEABED_CONFLICT ? AcmeStore::append(key, *length, bytes, context, length, error) : code;
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::AppendsAnywhere>)
