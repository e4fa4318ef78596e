#ifndef SEABED_EXT_SERVER_COPY_H_
#define SEABED_EXT_SERVER_COPY_H_
/* Copying inside the medium, without the bytes passing through the host. */
#include "seabed/driver.h"

#define SEABED_EXT_SERVER_COPY "seabed.server-copy/1"

SEABED_EXTERN_C_BEGIN

typedef struct seabed_server_copy_v1 {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t max_copy_bytes; /* 0: no limit known */
  /* [thread-safe] Copies a whole object to another key of the same store, atomically. */
  int32_t (*copy)(seabed_store* store, const char* from, const char* to, const seabed_put_options* options,
                  const seabed_context* context, seabed_error* error);
} seabed_server_copy_v1;

SEABED_EXTERN_C_END

#endif
