// Abort answers well and keeps the upload.
#include "broken.h"

namespace broken {
struct AbortKeeps : AcmeStore {
  using AcmeStore::AcmeStore;
  int32_t upload_abort(const char*, const char*, const Context&, Error&) override { return SEABED_OK; }
};
}  // namespace broken
SEABED_DRIVER(broken::Driver<broken::AbortKeeps>)
