// Writes its own stat struct whole, however small the host's is.
#include "broken.h"

namespace broken {
int32_t wide_stat(seabed_store* store, const char* key, const seabed_context* context,
                  seabed_object_stat* out, seabed_error* error) {
  seabed_object_stat mine{};
  mine.struct_size = sizeof mine;
  const int32_t code = seabed::sdk::Table<acme::AcmeDriver>::stat(store, key, context, &mine, error);
  mine.struct_size = out->struct_size;
  if (code == SEABED_OK) *out = mine;
  return code;
}
}  // namespace broken

extern "C" SEABED_EXPORT const seabed_driver_v1* seabed_driver_entry(const seabed_host* host,
                                                                     seabed_error* error) {
  if (seabed::sdk::enter<acme::AcmeDriver>(host, error) == nullptr) return nullptr;
  auto* table = broken::changeable_table<acme::AcmeDriver>();
  table->stat = broken::wide_stat;
  return table;
}
