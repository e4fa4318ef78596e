// A conditional create that looks first and writes then: two of eight win.
#include <chrono>
#include <thread>

#include "broken.h"

namespace broken {
struct ChecksThenPuts : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
              Error& error) override {
    ObjectStat stat;
    if (options.if_absent && AcmeStore::stat(key, context, &stat, error) == SEABED_OK)
      return error.fail(SEABED_ALREADY_EXISTS, "is there already");
    if (options.if_absent) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return AcmeStore::put(key, bytes, {}, context, error);
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::ChecksThenPuts>)
