#include "crc64.h"
#include "oss_store.h"

namespace seabed_oss {

int32_t check_condition(const PutOptions& options, const Response& response, Error& error) {
  if (!options.if_absent || response.header("x-oss-version-id").empty()) return SEABED_OK;
  return error.fail(
      SEABED_UNSUPPORTED,
      "the bucket has versioning, and OSS then ignores x-oss-forbid-overwrite: nobody knows who was "
      "first; use a bucket where versioning was never enabled");
}

int32_t OssStore::put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
                      Error& error) {
  Call call;
  if (const int32_t code = full_key(key, &call.key, error)) return code;
  if (seabed_http::total_size(bytes) > kMaxPut)
    return error.fail(SEABED_INVALID_ARGUMENT, "one put takes 5 GiB at most: write it in parts");
  call.method = "PUT";
  call.body = bytes;
  call.has_body = call.changes = true;
  call.what = "the object cannot be written";
  if (options.if_absent) call.headers.push_back({"x-oss-forbid-overwrite", "true"});
  service_.add_md5(&call);
  Response response;
  if (const int32_t code = service_.run(call, context, &response, error)) return code;
  forget(call.key);
  if (const int32_t code = check_condition(options, response, error)) return code;
  return check_crc(response, crc64(bytes), "the object was damaged on the way", error);
}

}  // namespace seabed_oss
