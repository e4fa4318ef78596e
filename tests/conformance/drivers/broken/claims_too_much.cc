// Tags are claimed and not there.
#include "broken.h"

namespace broken {
struct NoTags : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t get_tags(const char*, const TagsCall&, const Context&, Error& error) override {
    return unsupported(error);
  }
  int32_t set_tags(const char*, std::span<const seabed_pair>, const Context&, Error& error) override {
    return unsupported(error);
  }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::NoTags>)
