#ifndef SEABED_CAPABILITIES_H_
#define SEABED_CAPABILITIES_H_
/* What a medium can do, with its limits. The host asks before it calls; what is not claimed answers
 * SEABED_UNSUPPORTED. */
#include "seabed/abi.h"

SEABED_EXTERN_C_BEGIN

enum seabed_capability_flag {
  SEABED_CAP_APPEND = 1 << 0,               /* append at a position; readable while it grows */
  SEABED_CAP_CONDITIONAL_PUT = 1 << 1,      /* SEABED_PUT_IF_ABSENT is atomic */
  SEABED_CAP_TAGS = 1 << 2,
  SEABED_CAP_UPLOAD = 1 << 3,               /* begin, part, complete, abort */
  SEABED_CAP_LIST_UPLOADS = 1 << 4,         /* interrupted uploads and their parts are listed */
  SEABED_CAP_STRONG_LIST = 1 << 5,          /* a list sees every write that returned before it */
  SEABED_CAP_READ_WHILE_UPLOADING = 1 << 6, /* the old object stays readable during an upload */
  SEABED_CAP_CONDITIONAL_COMPLETE = 1 << 7  /* SEABED_PUT_IF_ABSENT works in upload_complete */
};

/* A limit of 0 says: none known. */
typedef struct seabed_capabilities {
  uint32_t struct_size; /* set by the host */
  uint32_t flags;       /* enum seabed_capability_flag */
  uint64_t max_put_bytes;
  uint64_t min_part_bytes; /* of every part but the last */
  uint64_t max_part_bytes;
  uint64_t max_object_bytes;
  uint32_t max_parts;
  uint32_t max_delete_batch; /* keys in one remove; 0: one */
  uint32_t max_key_length;   /* bytes */
  uint32_t max_list_page;    /* entries in one list; 0: no limit */
  uint32_t max_tags;
  uint32_t threads;          /* threads that the driver starts for one store */
} seabed_capabilities;

SEABED_EXTERN_C_END

#endif
