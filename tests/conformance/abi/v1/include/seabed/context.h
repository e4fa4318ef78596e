#ifndef SEABED_CONTEXT_H_
#define SEABED_CONTEXT_H_
/* Carried by every call that may touch the medium. */
#include "seabed/abi.h"

SEABED_EXTERN_C_BEGIN

typedef struct seabed_context {
  uint32_t struct_size; /* set by the host */
  int32_t priority;     /* 0 normal, negative background */
  /* CLOCK_MONOTONIC in ns, 0: none. Behind it the call returns SEABED_TIMEOUT within a second, whatever the medium
   * does; if something may have been done, with SEABED_RETRY_OUTCOME_UNKNOWN. */
  uint64_t deadline_ns;
  uint64_t trace_id; /* for logs and request headers, 0: none */
  /* [any-thread] Non-zero: give up with SEABED_CANCELLED within a second. NULL: never. Cheap; poll it often. */
  int (*cancelled)(void* cancel_data);
  void* cancel_data;
  void* completion; /* reserved for calls that end later; NULL in every 1.x, ignore it */
} seabed_context;

SEABED_EXTERN_C_END

#endif
