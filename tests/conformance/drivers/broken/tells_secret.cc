// The token stands in an error.
#include <string>

#include "broken.h"

namespace broken {
struct TellsSecret : AcmeStore {
  using AcmeStore::AcmeStore;
  void configure(const seabed::sdk::OpenArgs& args) { token_ = args.get("token", ""); }
  int32_t stat(const char* key, const Context& context, ObjectStat* out, Error& error) override {
    const int32_t code = AcmeStore::stat(key, context, out, error);
    if (code != SEABED_NOT_FOUND) return code;
    return error.fail(SEABED_NOT_FOUND, "is not there (token %s)", token_.c_str());
  }
  std::string token_;
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::TellsSecret>)
