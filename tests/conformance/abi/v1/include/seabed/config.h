#ifndef SEABED_CONFIG_H_
#define SEABED_CONFIG_H_
/* Configuration: key/value pairs in, and the schema of the keys that a driver knows, out. The host refuses a key that
 * the schema does not name and never prints the value of a secret one. */
#include "seabed/abi.h"

SEABED_EXTERN_C_BEGIN

enum seabed_key_type {
  SEABED_KEY_TEXT = 0,
  SEABED_KEY_INTEGER = 1,  /* decimal */
  SEABED_KEY_BOOLEAN = 2,  /* true or false */
  SEABED_KEY_SIZE = 3,     /* bytes, or with a unit: 8MiB, 1GB */
  SEABED_KEY_DURATION = 4, /* 500ms, 30s, 5m, 1h */
  SEABED_KEY_PATH = 5,     /* an absolute path of the host */
  SEABED_KEY_CHOICE = 6    /* one of `choices` */
};

enum seabed_key_flag {
  SEABED_KEY_SECRET = 1 << 0,
  SEABED_KEY_REQUIRED = 1 << 1
};

typedef struct seabed_key {
  uint32_t struct_size; /* set by the driver */
  uint32_t type;        /* enum seabed_key_type */
  uint32_t flags;       /* enum seabed_key_flag */
  const char* name;
  const char* default_value; /* NULL: none */
  const char* help;          /* one line */
  const char* choices;       /* SEABED_KEY_CHOICE: "a|b|c"; else NULL */
} seabed_key;

/* One given value (or one tag of an object). Never changes. */
typedef struct seabed_pair {
  const char* key;
  const char* value;
  uint32_t flags; /* SEABED_KEY_SECRET */
  uint32_t reserved;
} seabed_pair;

/* What a store is opened with: the URI in its parts. Valid during the call. */
typedef struct seabed_open_args {
  uint32_t struct_size; /* set by the host */
  uint32_t pair_count;
  const char* scheme;   /* "file" */
  const char* location; /* what stands between "://" and '?' */
  const seabed_pair* pairs;
} seabed_open_args;

SEABED_EXTERN_C_END

#endif
