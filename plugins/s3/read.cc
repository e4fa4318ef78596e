#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "range.h"
#include "s3_store.h"

namespace seabed_s3 {

int32_t S3Store::stat(const char* key, const Context& context, ObjectStat* out, Error& error) {
  Call call;
  call.method = "HEAD";
  call.key = wire_key(key);
  call.what = "cannot be inspected";
  Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  if (response.status != 200) return service_.refuse_head(call, response, context, error);
  if (!seabed_http::whole_number(response.header("content-length"), &out->size))
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the server tells no length of the object");
  out->modified_ns = seabed_http::parse_http_date(response.header("last-modified"));
  thread_local std::string etag;
  etag = response.header("etag");
  out->etag = etag.c_str();
  return SEABED_OK;
}

int32_t S3Store::read_at(const char* key, uint64_t offset, void* buffer, size_t size, const Context& context,
                         size_t* out_size, Error& error) {
  if (size == 0) {  // HTTP has no empty range
    ObjectStat found;
    return stat(key, context, &found, error);
  }
  char range[64];
  const uint64_t last = size - 1 > UINT64_MAX - offset ? UINT64_MAX : offset + size - 1;
  std::snprintf(range, sizeof range, "bytes=%" PRIu64 "-%" PRIu64, offset, last);
  Call call;
  call.key = wire_key(key);
  call.headers = {{"Range", range}};
  call.into = buffer;
  call.into_size = size;
  call.what = "cannot be read";
  Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  if (response.status == 416) return SEABED_OK;  // begins at or behind the end
  if (response.status / 100 != 2) return service_.refuse(call, response, error);
  if (!seabed_http::is_asked_range(response, offset, size))
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT,
                      "the server sent another range than was asked for");
  *out_size = response.into_used;
  return SEABED_OK;
}

}  // namespace seabed_s3
