// A bare C++ table whose stat throws into the host.
#include <stdexcept>

#include "broken.h"

namespace broken {
int32_t throwing_stat(seabed_store* store, const char* key, const seabed_context* context,
                      seabed_object_stat* out, seabed_error* error) {
  const int32_t code = seabed::sdk::Table<acme::AcmeDriver>::stat(store, key, context, out, error);
  if (code == SEABED_NOT_FOUND) throw std::runtime_error("there is no such key");
  return code;
}
}  // namespace broken

extern "C" SEABED_EXPORT const seabed_driver_v1* seabed_driver_entry(const seabed_host* host,
                                                                     seabed_error* error) {
  if (seabed::sdk::enter<acme::AcmeDriver>(host, error) == nullptr) return nullptr;
  auto* table = broken::changeable_table<acme::AcmeDriver>();
  table->stat = broken::throwing_stat;
  return table;
}
