// The last byte of a large object is not written.
#include <vector>

#include "broken.h"

namespace broken {
struct LostLastByte : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
              Error& error) override {
    std::vector<seabed_buffer> less(bytes.begin(), bytes.end());
    if (!less.empty() && less.back().size > 100'000) --less.back().size;
    return AcmeStore::put(key, less, options, context, error);
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::LostLastByte>)
