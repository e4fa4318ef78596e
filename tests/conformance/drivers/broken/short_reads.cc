// Fewer bytes than asked for, in the middle of the object, called success.
#include "broken.h"

namespace broken {
struct ShortReads : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context& context,
                  size_t* out, Error& error) override {
    return AcmeStore::read_at(key, offset, buffer, size > 65536 ? 65536 : size, context, out, error);
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::ShortReads>)
