#ifndef SEABED_ABI_H_
#define SEABED_ABI_H_
/* Seabed driver ABI: version, export, and the rules on sizes that every other header follows.
 *
 * Rules that hold for ever:
 *  - Both tables (seabed_host, seabed_driver_v1) begin with struct_size, abi_major, abi_minor, in every version.
 *  - A struct that begins with struct_size may grow at its end. Whoever fills it sets struct_size to the size it was
 *    compiled with; whoever reads it asks SEABED_HAS before touching a field. Fields never move and never change
 *    meaning. A minor version adds fields; another major version is refused.
 *  - Structs without struct_size never change.
 *  - The caller owns every buffer. What a callee hands to a callback is valid for the length of that call. Nothing
 *    that one side allocated is freed by the other; no exception, longjmp or signal crosses.
 *  - Text is UTF-8 and NUL-terminated; keys are bytes without NUL.
 *
 * Thread tags on functions:
 *  [thread-safe]   any thread, several at once, also on one store
 *  [host-thread]   once, or never at the same time as another call on the same object
 *  [any-thread]    may be called back from any thread that the driver declared or is called on
 */
#include <stddef.h>
#include <stdint.h>

#define SEABED_ABI_MAJOR 1
#define SEABED_ABI_MINOR 0

#if defined(__GNUC__)
#define SEABED_EXPORT __attribute__((visibility("default")))
#else
#define SEABED_EXPORT
#endif

#ifdef __cplusplus
#define SEABED_EXTERN_C_BEGIN extern "C" {
#define SEABED_EXTERN_C_END }
#else
#define SEABED_EXTERN_C_BEGIN
#define SEABED_EXTERN_C_END
#endif

/* Does the other side's struct reach as far as `member`? */
#define SEABED_HAS(pointer, type, member) \
  ((pointer)->struct_size >= offsetof(type, member) + sizeof(((type*)0)->member))

SEABED_EXTERN_C_BEGIN

/* One piece of a write. Laid out like struct iovec. Never changes. */
typedef struct seabed_buffer {
  const void* data;
  size_t size;
} seabed_buffer;

/* Text that the callee writes: at most `capacity` bytes into `data` (the caller's), `size` says how many.
 * Never changes. */
typedef struct seabed_text {
  char* data;
  size_t capacity;
  size_t size;
} seabed_text;

SEABED_EXTERN_C_END

#endif
