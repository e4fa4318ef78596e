/* Every struct and function type of the driver ABI behind one symbol each, so that abidw finds them in the debug
 * information of this library. The baseline of it is seabed_driver_v1.abi; abi_test.py compares. */
#include "seabed/seabed.h"

#define SURFACE(type) SEABED_EXPORT void surface_##type(type* value); void surface_##type(type* value) { (void)value; }

SURFACE(seabed_buffer)
SURFACE(seabed_text)
SURFACE(seabed_error)
SURFACE(seabed_context)
SURFACE(seabed_capabilities)
SURFACE(seabed_key)
SURFACE(seabed_pair)
SURFACE(seabed_open_args)
SURFACE(seabed_host)
SURFACE(seabed_object_stat)
SURFACE(seabed_list_entry)
SURFACE(seabed_upload_entry)
SURFACE(seabed_part)
SURFACE(seabed_put_options)
SURFACE(seabed_driver_v1)
SURFACE(seabed_range)
SURFACE(seabed_read_ranges_v1)
SURFACE(seabed_server_copy_v1)

/* The values of the enums are part of it as well. */
#define SURFACE_ENUM(name) SEABED_EXPORT void surface_##name(enum name value); void surface_##name(enum name value) { (void)value; }
SURFACE_ENUM(seabed_code)
SURFACE_ENUM(seabed_retry)
SURFACE_ENUM(seabed_capability_flag)
SURFACE_ENUM(seabed_key_type)
SURFACE_ENUM(seabed_key_flag)
SURFACE_ENUM(seabed_log_level)
SURFACE_ENUM(seabed_put_flag)

SEABED_EXPORT const seabed_driver_v1* seabed_driver_entry(const seabed_host* host, seabed_error* error) {
  (void)host, (void)error;
  return 0;
}
