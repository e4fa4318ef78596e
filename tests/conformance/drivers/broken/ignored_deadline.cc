// No operation looks at its context.
#include "broken.h"

namespace broken {
struct IgnoredDeadline : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t stat(const char* key, const Context&, ObjectStat* out, Error& error) override {
    return AcmeStore::stat(key, Context(nullptr), out, error);
  }
  int32_t put(const char* key, Buffers bytes, const PutOptions& options, const Context&,
              Error& error) override {
    return AcmeStore::put(key, bytes, options, Context(nullptr), error);
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::IgnoredDeadline>)
