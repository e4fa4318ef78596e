#ifndef SEABED_EXT_READ_RANGES_H_
#define SEABED_EXT_READ_RANGES_H_
/* Several ranges of one object in one call (quick restore: index, filter and data blocks at once). */
#include "seabed/driver.h"

#define SEABED_EXT_READ_RANGES "seabed.read-ranges/1"

SEABED_EXTERN_C_BEGIN

/* Never changes. */
typedef struct seabed_range {
  uint64_t offset;
  void* buffer; /* the caller's */
  size_t size;
  size_t out_size; /* set by the driver, as in read_at */
} seabed_range;

typedef struct seabed_read_ranges_v1 {
  uint32_t struct_size;
  uint32_t max_ranges; /* 0: no limit known */
  /* [thread-safe] Ranges in any order; they may overlap. An error means that none can be relied on. */
  int32_t (*read_ranges)(seabed_store* store, const char* key, seabed_range* ranges, uint32_t range_count,
                         const seabed_context* context, seabed_error* error);
} seabed_read_ranges_v1;

SEABED_EXTERN_C_END

#endif
