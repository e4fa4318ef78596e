#ifndef SEABED_DRIVER_H_
#define SEABED_DRIVER_H_
/* The driver's table, and the one function that a driver exports.
 *
 * All operations are synchronous. A driver never retries, prints, or starts a thread that its capabilities do not
 * declare. Every success of a write means durable. An optional operation that the driver lacks is NULL. */
#include "seabed/abi.h"
#include "seabed/capabilities.h"
#include "seabed/config.h"
#include "seabed/context.h"
#include "seabed/error.h"
#include "seabed/host.h"

SEABED_EXTERN_C_BEGIN

/* One opened destination; the driver's own. */
typedef struct seabed_store seabed_store;

/* Room that the host gives for these texts, the final NUL included. */
#define SEABED_TOKEN_CAPACITY 4096
#define SEABED_UPLOAD_ID_CAPACITY 1024
#define SEABED_PART_TAG_CAPACITY 256

typedef struct seabed_object_stat {
  uint32_t struct_size; /* set by the host */
  uint32_t reserved;
  uint64_t size;
  uint64_t modified_ns; /* since the epoch, 0: not told */
  char etag[256];       /* opaque, empty: none */
} seabed_object_stat;

/* Handed to seabed_list_sink; pointers are valid during the call. */
typedef struct seabed_list_entry {
  uint32_t struct_size; /* set by the driver */
  uint32_t reserved;
  const char* key;
  uint64_t size;
  uint64_t modified_ns; /* 0: not told */
} seabed_list_entry;

typedef struct seabed_upload_entry {
  uint32_t struct_size; /* set by the driver */
  uint32_t reserved;
  const char* key;
  const char* upload_id;
  uint64_t started_ns; /* 0: not told */
} seabed_upload_entry;

typedef struct seabed_part {
  uint32_t struct_size; /* set by whoever fills it */
  uint32_t number;      /* from 1 */
  uint64_t size;
  char tag[SEABED_PART_TAG_CAPACITY]; /* opaque, handed back to upload_complete */
} seabed_part;

enum seabed_put_flag {
  SEABED_PUT_IF_ABSENT = 1 << 0 /* SEABED_ALREADY_EXISTS when the key is there; SEABED_UNSUPPORTED
                                    without SEABED_CAP_CONDITIONAL_PUT */
};

typedef struct seabed_put_options {
  uint32_t struct_size; /* set by the host */
  uint32_t flags;       /* enum seabed_put_flag */
  uint64_t part_bytes;  /* upload_begin: size of every part but the last, 0: not known */
  uint64_t total_bytes; /* upload_begin: size of the object, 0: not known */
} seabed_put_options;

/* The host's callbacks copy what they are given. Non-zero: stop and return SEABED_INTERNAL. */
typedef int (*seabed_list_sink)(void* data, const seabed_list_entry* entry);
typedef int (*seabed_upload_sink)(void* data, const seabed_upload_entry* entry);
typedef int (*seabed_part_sink)(void* data, const seabed_part* part);
typedef int (*seabed_tag_sink)(void* data, const seabed_pair* tag);
/* `index` into the keys of remove; `error` NULL or with code SEABED_OK: gone (or never there). */
typedef void (*seabed_remove_sink)(void* data, uint32_t index, const seabed_error* error);

typedef struct seabed_driver_v1 {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;
  const char* name;               /* "file" */
  const char* version;            /* of the driver */
  const char* const* schemes;     /* lower case, NULL at the end */
  const seabed_key* const* keys;  /* NULL at the end */

  /* [thread-safe] `store` NULL: as far as known before a destination is opened. */
  void (*capabilities)(const seabed_store* store, seabed_capabilities* out);
  /* [thread-safe] Checks the configuration; need not touch the medium. */
  int32_t (*open)(const seabed_open_args* args, const seabed_context* context, seabed_store** out,
                  seabed_error* error);
  /* [host-thread] After every other call on the store has returned. */
  void (*close)(seabed_store* store);

  /* [thread-safe] */
  int32_t (*stat)(seabed_store* store, const char* key, const seabed_context* context, seabed_object_stat* out,
                  seabed_error* error);
  /* [thread-safe] Fills `buffer`; *out_size is less than `size` only at the end of the object, 0 at or behind it. */
  int32_t (*read_at)(seabed_store* store, const char* key, uint64_t offset, void* buffer, size_t size,
                     const seabed_context* context, size_t* out_size, seabed_error* error);
  /* [thread-safe] Atomic: a reader sees all of it or nothing of it. */
  int32_t (*put)(seabed_store* store, const char* key, const seabed_buffer* buffers, uint32_t buffer_count,
                 const seabed_put_options* options, const seabed_context* context, seabed_error* error);

  /* [thread-safe] */
  int32_t (*upload_begin)(seabed_store* store, const char* key, const seabed_put_options* options,
                          const seabed_context* context, seabed_text* out_id, seabed_error* error);
  /* [thread-safe] In any order and in parallel; the same number again replaces the part. */
  int32_t (*upload_part)(seabed_store* store, const char* key, const char* upload_id, uint32_t number,
                         const seabed_buffer* buffers, uint32_t buffer_count, const seabed_context* context,
                         seabed_part* out, seabed_error* error);
  /* [thread-safe] `parts` rise by number. Publishes atomically. */
  int32_t (*upload_complete)(seabed_store* store, const char* key, const char* upload_id,
                             const seabed_part* const* parts, uint32_t part_count,
                             const seabed_put_options* options, const seabed_context* context, seabed_error* error);
  /* [thread-safe] An upload that is not there: SEABED_NOT_FOUND. */
  int32_t (*upload_abort)(seabed_store* store, const char* key, const char* upload_id,
                          const seabed_context* context, seabed_error* error);

  /* [thread-safe] Keys that begin with `prefix`, rising bytewise, behind `token` ("" at first; else what `next` held).
   * `next` empty: that was the last page. A page may hold fewer than max_keys, also none. */
  int32_t (*list)(seabed_store* store, const char* prefix, const char* token, uint32_t max_keys,
                  seabed_list_sink sink, void* sink_data, const seabed_context* context, seabed_text* next,
                  seabed_error* error);
  /* [thread-safe] Calls the sink once for each key. The return code tells only of what concerns them all. */
  int32_t (*remove)(seabed_store* store, const char* const* keys, uint32_t key_count, seabed_remove_sink sink,
                    void* sink_data, const seabed_context* context, seabed_error* error);

  /* [thread-safe] Optional. `position` must be the object's length (0 creates it), else SEABED_CONFLICT and
   * *out_length tells the length. */
  int32_t (*append)(seabed_store* store, const char* key, uint64_t position, const seabed_buffer* buffers,
                    uint32_t buffer_count, const seabed_context* context, uint64_t* out_length, seabed_error* error);
  /* [thread-safe] Optional. */
  int32_t (*get_tags)(seabed_store* store, const char* key, seabed_tag_sink sink, void* sink_data,
                      const seabed_context* context, seabed_error* error);
  /* [thread-safe] Optional. Replaces all tags. */
  int32_t (*set_tags)(seabed_store* store, const char* key, const seabed_pair* tags, uint32_t tag_count,
                      const seabed_context* context, seabed_error* error);
  /* [thread-safe] Optional. Uploads begun and neither completed nor aborted; paged like list. */
  int32_t (*list_uploads)(seabed_store* store, const char* prefix, const char* token, uint32_t max_uploads,
                          seabed_upload_sink sink, void* sink_data, const seabed_context* context, seabed_text* next,
                          seabed_error* error);
  /* [thread-safe] Optional. Parts rising by number; paged like list. */
  int32_t (*list_parts)(seabed_store* store, const char* key, const char* upload_id, const char* token,
                        uint32_t max_parts, seabed_part_sink sink, void* sink_data, const seabed_context* context,
                        seabed_text* next, seabed_error* error);

  /* [thread-safe] An extension's table by id ("seabed.read-ranges/1"), NULL when the driver has none. Ids of others
   * than Seabed begin with a reversed domain name. */
  const void* (*extension)(const char* id);
} seabed_driver_v1;

/* [host-thread] Called once after loading. NULL: refused, and *error says why (for one, when host->abi_major is not the
 * driver's). The table stays valid until the process ends; a library is never unloaded. */
typedef const seabed_driver_v1* (*seabed_driver_entry_function)(const seabed_host* host, seabed_error* error);
SEABED_EXPORT const seabed_driver_v1* seabed_driver_entry(const seabed_host* host, seabed_error* error);
#define SEABED_DRIVER_ENTRY_NAME "seabed_driver_entry"

SEABED_EXTERN_C_END

#endif
