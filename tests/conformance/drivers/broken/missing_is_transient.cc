// A missing key is told as a failure that may pass.
#include "broken.h"

namespace broken {
struct MissingIsTransient : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t stat(const char* key, const Context& context, ObjectStat* out, Error& error) override {
    const int32_t code = AcmeStore::stat(key, context, out, error);
    if (code != SEABED_NOT_FOUND) return code;
    return error.fail(SEABED_NOT_FOUND, SEABED_RETRY_TRANSIENT, "is not there yet");
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::MissingIsTransient>)
