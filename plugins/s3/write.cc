#include "answer.h"
#include "checksum.h"
#include "s3_store.h"

namespace seabed_s3 {

namespace {
/// The winner of a conditional create is told by 412, or by 409 with a word of the vendor's.
bool lost_the_race(const seabed_http::Response& response) {
  if (response.status == 412) return true;
  if (response.status != 409) return false;
  const std::string code = seabed_http::failure_of(response, false).code;
  return code == "FileAlreadyExists" || code == "ObjectAlreadyExists" || code == "PreconditionFailed";
}
}  // namespace

int32_t S3Store::put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
                     Error& error) {
  if (options.if_absent && !settings().conditional_put) return unsupported(error);
  Call call;
  call.method = "PUT";
  call.key = wire_key(key);
  call.body = bytes;
  call.has_body = call.bulk = call.changes = true;
  call.what = "cannot be written";
  add_checksum(settings().checksum, &call);
  if (options.if_absent) {
    const Profile& profile = *settings().profile;
    if (profile.if_absent_name == nullptr)
      call.headers.push_back({"If-None-Match", "*"});
    else
      call.headers.push_back({profile.if_absent_name, profile.if_absent_value});
  }
  Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  if (options.if_absent && lost_the_race(response))
    return seabed_http::fail_as(SEABED_ALREADY_EXISTS, SEABED_RETRY_PERMANENT,
                                seabed_http::failure_of(response, false), "the object is there already",
                                error);
  return response.status / 100 == 2 ? int32_t{SEABED_OK} : service_.refuse(call, response, error);
}

}  // namespace seabed_s3
