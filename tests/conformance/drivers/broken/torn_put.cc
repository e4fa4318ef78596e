// A put in two steps, between which readers see half of it.
#include <chrono>
#include <thread>

#include "broken.h"

namespace broken {
struct TornPut : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
              Error& error) override {
    if (bytes.size() != 1 || bytes[0].size < 2) return AcmeStore::put(key, bytes, options, context, error);
    const size_t half = bytes[0].size / 2;
    const seabed_buffer first{bytes[0].data, half};
    const seabed_buffer second{static_cast<const char*>(bytes[0].data) + half, bytes[0].size - half};
    if (const int32_t code = AcmeStore::put(key, {&first, 1}, options, context, error)) return code;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    uint64_t length = 0;
    return AcmeStore::append(key, half, {&second, 1}, context, &length, error);
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::TornPut>)
