// A missing key is looked for, for ever.
#include <unistd.h>

#include "broken.h"

namespace broken {
struct Hangs : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t stat(const char* key, const Context& context, ObjectStat* out, Error& error) override {
    int32_t code = SEABED_OK;
    while ((code = AcmeStore::stat(key, Context(nullptr), out, error)) == SEABED_NOT_FOUND) usleep(100'000);
    return code == SEABED_OK ? context.check(error) : code;
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::Hangs>)
