// A C++ driver whose operations throw: the glue must end that at the border.

#include <stdexcept>
#include <string>

#include "seabed/driver.hpp"

namespace {
using namespace seabed::sdk;

class ThrowingStore : public Store {
 public:
  int32_t stat(const char*, const Context&, ObjectStat*, Error&) override {
    throw std::runtime_error("thrown in stat");
  }
  int32_t read_at(const char*, uint64_t, void*, size_t, const Context&, size_t*, Error&) override { throw 7; }
  int32_t put(const char*, Buffers, const PutOptions&, const Context&, Error&) override {
    throw std::bad_alloc();
  }
  int32_t list(ListCall& call, const Context&, Error& error) override {
    for (int i = 0; i < 100; ++i) {  // more than was asked for
      const std::string key = "k" + std::to_string(i);
      if (!call.sink({sizeof(seabed_list_entry), 0, key.c_str(), 0, 0}))
        return error.fail(SEABED_INTERNAL, "stopped");
    }
    return SEABED_OK;
  }
  int32_t remove(const RemoveCall&, const Context&, Error& error) override { return unsupported(error); }
};

struct ThrowingDriver {
  static constexpr const char* kName = "throwing";
  static constexpr const char* kVersion = "0";
  static constexpr const char* const kSchemes[] = {"throwing", nullptr};
  static constexpr const seabed_key* const kKeys[] = {nullptr};
  static void capabilities(const Store*, seabed_capabilities*) {}
  static int32_t open(const OpenArgs&, const Context&, Store** out, Error&) {
    *out = new ThrowingStore;
    return SEABED_OK;
  }
};
}  // namespace

SEABED_DRIVER(ThrowingDriver)
