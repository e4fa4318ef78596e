// A strong list is claimed, but a list tells what was there before the last put.
#include <mutex>
#include <string>

#include "broken.h"

namespace broken {
struct ListLags : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
              Error& error) override {
    const int32_t code = AcmeStore::put(key, bytes, options, context, error);
    std::lock_guard hold(mutex_);
    if (code == SEABED_OK) last_ = key;
    return code;
  }
  int32_t list(ListCall& call, const Context& context, Error& error) override {
    acme::Journal::Lock lock;
    if (const int32_t code = begin(&lock, context, error)) return code;
    std::lock_guard hold(mutex_);
    for (const auto& [key, object] : medium_->objects.by_key)
      if (key != last_ && key.rfind(call.scope, 0) == 0)
        call.sink({sizeof(seabed_list_entry), 0, key.c_str(), object.size, 0});
    return SEABED_OK;
  }
  std::mutex mutex_;
  std::string last_;
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::ListLags>)
