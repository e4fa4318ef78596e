// Deletion does not tell of keys that were not there.
#include "broken.h"

namespace broken {
struct SilentRemoval : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t remove(const RemoveCall& call, const Context& context, Error& error) override {
    ObjectStat stat;
    for (uint32_t i = 0; i < call.keys.size(); ++i) {
      if (AcmeStore::stat(call.keys[i], context, &stat, error) != SEABED_OK) continue;
      acme::Journal::Lock lock;
      if (const int32_t code = begin(&lock, context, error)) return code;
      if (const int32_t code = write({.kind = acme::Record::kRemove, .a = call.keys[i]}, {}, context, error))
        return code;
      call.done(i);
    }
    return SEABED_OK;
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::SilentRemoval>)
