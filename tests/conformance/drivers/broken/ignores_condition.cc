// A conditional create replaces what is there.
#include "broken.h"

namespace broken {
struct IgnoresCondition : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t put(const char* key, Buffers bytes, const PutOptions&, const Context& context,
              Error& error) override {
    return AcmeStore::put(key, bytes, {}, context, error);
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::IgnoresCondition>)
