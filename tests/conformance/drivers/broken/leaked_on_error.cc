// A read that finds nothing keeps a descriptor.
#include <fcntl.h>

#include "broken.h"

namespace broken {
struct LeakedOnError : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context& context,
                  size_t* out, Error& error) override {
    const int32_t code = AcmeStore::read_at(key, offset, buffer, size, context, out, error);
    if (code != SEABED_OK) ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    return code;
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::LeakedOnError>)
