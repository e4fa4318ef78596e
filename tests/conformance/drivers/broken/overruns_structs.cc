// Writes its own structs whole, however small the host's are, and takes only arguments of the size it knows.
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

int32_t wide_part(seabed_store* store, const char* key, const char* id, uint32_t number, const seabed_buffer* buffers,
                  uint32_t count, const seabed_context* context, seabed_part* out, seabed_error* error) {
  seabed_part mine{};
  mine.struct_size = sizeof mine;
  const int32_t code =
      seabed::sdk::Table<acme::AcmeDriver>::upload_part(store, key, id, number, buffers, count, context, &mine, error);
  mine.struct_size = out->struct_size;
  if (code == SEABED_OK) *out = mine;
  return code;
}

int32_t picky_open(const seabed_open_args* args, const seabed_context* context, seabed_store** out, seabed_error* error) {
  if (args->struct_size != sizeof *args) return SEABED_INVALID_ARGUMENT;
  return seabed::sdk::Table<acme::AcmeDriver>::open(args, context, out, error);
}
}  // namespace broken

extern "C" SEABED_EXPORT const seabed_driver_v1* seabed_driver_entry(const seabed_host* host,
                                                                     seabed_error* error) {
  if (seabed::sdk::enter<acme::AcmeDriver>(host, error) == nullptr) return nullptr;
  auto* table = broken::changeable_table<acme::AcmeDriver>();
  table->stat = broken::wide_stat;
  table->upload_part = broken::wide_part;
  table->open = broken::picky_open;
  return table;
}
