#ifndef SEABED_HOST_H_
#define SEABED_HOST_H_
/* What the host gives to a driver. Valid until the process ends. */
#include "seabed/abi.h"

SEABED_EXTERN_C_BEGIN

enum seabed_log_level {
  SEABED_LOG_DEBUG = 0,
  SEABED_LOG_INFO = 1,
  SEABED_LOG_WARNING = 2,
  SEABED_LOG_ERROR = 3
};

typedef struct seabed_host {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;
  const char* name;    /* "seabed" */
  const char* version; /* of the host program */
  /* [any-thread] A driver never prints; it says here what an operator should know. No secrets. */
  void (*log)(const struct seabed_host* host, int32_t level, const char* message);
  /* [any-thread] CLOCK_REALTIME as the host sees it, ns: for request dates. */
  uint64_t (*wall_clock_ns)(const struct seabed_host* host);
  /* [any-thread] An extension of the host by id, NULL when it has none. */
  const void* (*extension)(const struct seabed_host* host, const char* id);
} seabed_host;

SEABED_EXTERN_C_END

#endif
