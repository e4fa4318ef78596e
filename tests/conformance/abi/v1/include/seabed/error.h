#ifndef SEABED_ERROR_H_
#define SEABED_ERROR_H_
/* What went wrong, in a struct that the caller owns. Every operation returns a code and, if it is not SEABED_OK, fills
 * the seabed_error it was given. No secret ever enters a field. */
#include "seabed/abi.h"

SEABED_EXTERN_C_BEGIN

/* Closed set: a driver returns nothing else. The values never change. */
enum seabed_code {
  SEABED_OK = 0,
  SEABED_INVALID_ARGUMENT = 1,  /* the caller's words are wrong (key, range, configuration) */
  SEABED_NOT_FOUND = 2,
  SEABED_ALREADY_EXISTS = 3,    /* a conditional create lost */
  SEABED_PERMISSION_DENIED = 4, /* credentials, mode, a read-only medium */
  SEABED_UNSUPPORTED = 5,       /* not claimed by the capabilities */
  SEABED_CONFLICT = 6,          /* the object's state does not allow it: wrong append position */
  SEABED_CORRUPTION = 7,        /* a checksum of the transfer or of the medium does not hold */
  SEABED_NO_SPACE = 8,
  SEABED_UNAVAILABLE = 9,       /* network, server error */
  SEABED_TIMEOUT = 10,          /* the context's deadline passed */
  SEABED_CANCELLED = 11,        /* the context's poll said so */
  SEABED_IO = 12,               /* the operating system refused, see message */
  SEABED_INTERNAL = 13          /* a bug in the driver */
};

/* What the host may do about it. The host alone retries. */
enum seabed_retry {
  SEABED_RETRY_PERMANENT = 0,      /* the same call fails again */
  SEABED_RETRY_TRANSIENT = 1,      /* surely not done; the same call may succeed later */
  SEABED_RETRY_THROTTLED = 2,      /* surely not done; slow down, see retry_after_ms */
  SEABED_RETRY_OUTCOME_UNKNOWN = 3 /* may have been done: the host looks before it does it again */
};

typedef struct seabed_error {
  uint32_t struct_size;    /* set by the caller */
  int32_t code;            /* enum seabed_code */
  int32_t retry;           /* enum seabed_retry */
  uint32_t retry_after_ms; /* 0: not told */
  int32_t http_status;     /* 0: none */
  int32_t os_error;        /* errno, 0: none */
  char vendor_code[64];    /* the medium's own word for it */
  char request_id[128];    /* for the medium's support */
  char message[512];       /* what happened to the object, without the object's name */
} seabed_error;

SEABED_EXTERN_C_END

#endif
