/* A driver in plain C that holds nothing: every object is 4 bytes "tiny". Built in variants that a loader must accept or
 * refuse; the macro says which. */
#include <string.h>

#include "seabed/seabed.h"

#if defined(TINY_NEWER) /* a table of a later minor version, with fields that this host does not know */
typedef struct later_table {
  seabed_driver_v1 base;
  int32_t (*added_later)(seabed_store* store, seabed_error* error);
  uint64_t padding[16];
} later_table;
#endif

#if !defined(TINY_NOSYMBOL)

static int32_t fail(seabed_error* error, int32_t code, const char* message) {
  error->code = code;
  error->retry = SEABED_RETRY_PERMANENT;
  strncpy(error->message, message, sizeof error->message - 1);
  return code;
}

static void capabilities(const seabed_store* store, seabed_capabilities* out) {
  (void)store;
  out->flags = SEABED_CAP_APPEND | SEABED_CAP_LIST_UPLOADS | SEABED_CAP_TAGS | SEABED_CAP_STRONG_LIST;
  out->max_key_length = 100;
}

static int32_t open_store(const seabed_open_args* args, const seabed_context* context, seabed_store** out,
                          seabed_error* error) {
  static int dummy;
  uint32_t i;
  (void)context;
  for (i = 0; i < args->pair_count; ++i)
    if (strcmp(args->pairs[i].key, "color") != 0 && strcmp(args->pairs[i].key, "pin_key") != 0)
      return fail(error, SEABED_INVALID_ARGUMENT, "the host let an unknown key through");
  *out = (seabed_store*)&dummy;
  return SEABED_OK;
}

static void close_store(seabed_store* store) { (void)store; }

static int32_t stat_object(seabed_store* store, const char* key, const seabed_context* context, seabed_object_stat* out,
                           seabed_error* error) {
  (void)store, (void)key, (void)context, (void)error;
  out->size = 4;
  return SEABED_OK;
}

static int32_t read_object(seabed_store* store, const char* key, uint64_t offset, void* buffer, size_t size,
                           const seabed_context* context, size_t* out_size, seabed_error* error) {
  (void)store, (void)key, (void)context, (void)error;
  *out_size = offset >= 4 ? 0 : (size < 4 - offset ? size : 4 - (size_t)offset);
  memcpy(buffer, "tiny" + (offset < 4 ? offset : 0), *out_size);
  return SEABED_OK;
}

static int32_t put_object(seabed_store* store, const char* key, const seabed_buffer* buffers, uint32_t count,
                          const seabed_put_options* options, const seabed_context* context, seabed_error* error) {
  (void)store, (void)key, (void)buffers, (void)count, (void)options, (void)context;
  error->http_status = 503;
  strcpy(error->vendor_code, "SlowDown");
  strcpy(error->request_id, "req-1");
  fail(error, SEABED_UNAVAILABLE, "is busy\nreally");
  error->retry = SEABED_RETRY_THROTTLED;
  error->retry_after_ms = 1500;
  return SEABED_UNAVAILABLE;
}

static int32_t list_objects(seabed_store* store, const char* prefix, const char* token, uint32_t max_keys,
                            seabed_list_sink sink, void* data, const seabed_context* context, seabed_text* next,
                            seabed_error* error) {
  (void)store, (void)prefix, (void)token, (void)max_keys, (void)sink, (void)data, (void)context, (void)next, (void)error;
  return SEABED_OK;
}

static int32_t remove_objects(seabed_store* store, const char* const* keys, uint32_t count, seabed_remove_sink sink,
                              void* data, const seabed_context* context, seabed_error* error) {
  /* Tells of the first key only: the host must not take the others for removed. */
  (void)store, (void)keys, (void)context, (void)error;
  if (count > 0) sink(data, 0, NULL);
  return SEABED_OK;
}

static int32_t append_object(seabed_store* store, const char* key, uint64_t position, const seabed_buffer* buffers,
                             uint32_t count, const seabed_context* context, uint64_t* out_length, seabed_error* error) {
  (void)store, (void)key, (void)buffers, (void)count, (void)context, (void)out_length;
  error->retry = SEABED_RETRY_OUTCOME_UNKNOWN;
  (void)position;
  return SEABED_TIMEOUT;
}

#if defined(TINY_SECOND)
static const char* const schemes[] = {"other", "tiny-good", NULL};
#else
static const char* const schemes[] = {"tiny-" TINY_NAME, NULL};
#endif

static const seabed_key color = {sizeof color, SEABED_KEY_CHOICE, 0, "color", "red", "what it looks like", "red|blue"};
static const seabed_key pin = {sizeof pin, SEABED_KEY_TEXT, SEABED_KEY_SECRET, "pin_key", NULL, "opens it", NULL};
static const seabed_key* const keys[] = {&color, &pin, NULL};

#if defined(TINY_OLDER) /* ends before append: the smallest 1.x table */
#define TABLE_SIZE offsetof(seabed_driver_v1, append)
#elif defined(TINY_TOOSMALL)
#define TABLE_SIZE 64
#elif defined(TINY_NEWER)
#define TABLE_SIZE sizeof(later_table)
#else
#define TABLE_SIZE sizeof(seabed_driver_v1)
#endif

#if defined(TINY_MAJOR2)
#define MAJOR 2
#else
#define MAJOR SEABED_ABI_MAJOR
#endif

#if defined(TINY_NEWER)
#define MINOR 7
#else
#define MINOR SEABED_ABI_MINOR
#endif

#if defined(TINY_LACKING)
#define STAT NULL
#else
#define STAT stat_object
#endif

#if defined(TINY_OLDER) /* what lies behind the told size is not the host's to look at */
#define APPEND ((int32_t(*)(seabed_store*, const char*, uint64_t, const seabed_buffer*, uint32_t, const seabed_context*, \
                            uint64_t*, seabed_error*))(uintptr_t)0xdeadbeef)
#else
#define APPEND append_object
#endif

#define TABLE                                                                                                     \
  {                                                                                                               \
    (uint32_t)(TABLE_SIZE), MAJOR, MINOR, TINY_NAME, "0.1", schemes, keys, capabilities, open_store, close_store, \
        STAT, read_object, put_object, NULL, NULL, NULL, NULL, list_objects, remove_objects, APPEND, NULL, NULL,  \
        NULL, NULL, NULL                                                                                          \
  }

#if defined(TINY_NEWER)
static const later_table table = {TABLE, NULL, {0}};
#define RESULT (&table.base)
#else
static const seabed_driver_v1 table = TABLE;
#define RESULT (&table)
#endif

SEABED_EXPORT const seabed_driver_v1* seabed_driver_entry(const seabed_host* host, seabed_error* error) {
  (void)fail, (void)host, (void)error, (void)stat_object, (void)append_object, (void)RESULT;
#if defined(TINY_REFUSING)
  fail(error, SEABED_UNSUPPORTED, "needs a newer host");
  return NULL;
#else
  return RESULT;
#endif
}

#else
SEABED_EXPORT int seabed_driver_entry_of_something_else;
#endif
