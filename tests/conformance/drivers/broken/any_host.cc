// Takes a host of any major version, and a key that it does not know.
#include "broken.h"

namespace broken {
int32_t open_anything(const seabed_open_args* args, const seabed_context*, seabed_store** out,
                      seabed_error* error) {
  std::shared_ptr<Medium> medium;
  Error words(error);
  if (const int32_t code = acme::medium_of(args->location, &medium, words)) return code;
  *out = reinterpret_cast<seabed_store*>(static_cast<seabed::sdk::Store*>(new AcmeStore(std::move(medium))));
  return SEABED_OK;
}
}  // namespace broken

extern "C" SEABED_EXPORT const seabed_driver_v1* seabed_driver_entry(const seabed_host*, seabed_error*) {
  auto* table = broken::changeable_table<acme::AcmeDriver>();
  table->open = broken::open_anything;
  return table;
}
