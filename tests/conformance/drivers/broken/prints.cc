// Prints.
#include <cstdio>

#include "broken.h"

namespace broken {
struct Prints : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t stat(const char* key, const Context& context, ObjectStat* out, Error& error) override {
    std::fprintf(stderr, "debug: stat\n");
    return AcmeStore::stat(key, context, out, error);
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::Prints>)
