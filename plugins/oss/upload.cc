// Multipart uploads. A part's tag is "<etag>:<crc64>", so that the whole object's crc64 can be foretold.

#include <cstdio>

#include "crc64.h"
#include "oss_store.h"
#include "upload_tag.h"
#include "xml.h"

namespace seabed_oss {

int32_t OssStore::upload_begin(const char* key, const PutOptions&, const Context& context, Text* id,
                               Error& error) {
  Call call;
  if (const int32_t code = full_key(key, &call.key, error)) return code;
  call.method = "POST";
  call.query = {{"uploads", ""}};
  call.has_body = true;
  call.what = "an upload cannot be begun";
  Response response;  // one that is begun twice is swept as stale: nothing is harmed by a lost answer
  if (const int32_t code = service_.run(call, context, &response, error)) return code;
  seabed_http::XmlDocument document;
  const std::string found = document.parse(response.body) ? document.root().text("UploadId") : "";
  if (found.empty())
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the answer names no upload");
  return id->assign(found.data(), found.size()) ? int32_t{SEABED_OK}
                                                : error.fail(SEABED_INTERNAL, "the host's room is too small");
}

int32_t OssStore::upload_part(const char* key, const char* id, uint32_t number, Buffers bytes,
                              const Context& context, seabed_part* out, Error& error) {
  Call call;
  if (const int32_t code = full_key(key, &call.key, error)) return code;
  if (number == 0 || number > kMaxParts)
    return error.fail(SEABED_INVALID_ARGUMENT, "part numbers go from 1 to %u", kMaxParts);
  call.method = "PUT";
  call.query = {{"partNumber", std::to_string(number)}, {"uploadId", id}};
  call.body = bytes;
  call.has_body = true;  // the same part again replaces it: no harm
  call.what = "a part cannot be written";
  service_.add_md5(&call);
  Response response;
  if (const int32_t code = service_.run(call, context, &response, error)) return code;
  const uint64_t crc = crc64(bytes);
  if (const int32_t code = check_crc(response, crc, "the part was damaged on the way", error)) return code;
  out->size = seabed_http::total_size(bytes);
  return write_tag(response.header("etag"), crc, out)
             ? int32_t{SEABED_OK}
             : error.fail(SEABED_CORRUPTION, "the answer names no ETag");
}

int32_t OssStore::upload_complete(const char* key, const char* id, std::span<const seabed_part* const> parts,
                                  const PutOptions& options, const Context& context, Error& error) {
  Call call;
  if (const int32_t code = full_key(key, &call.key, error)) return code;
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><CompleteMultipartUpload>";
  uint64_t whole = 0;
  bool known = true;
  for (const seabed_part* part : parts) {
    const PartTag tag = read_tag(part->tag);
    xml += "<Part><PartNumber>" + std::to_string(part->number) + "</PartNumber><ETag>\"" +
           seabed_http::xml_escape(tag.etag) + "\"</ETag></Part>";
    known = known && tag.crc.has_value();
    whole = crc64_join(whole, tag.crc.value_or(0), part->size);
  }
  xml += "</CompleteMultipartUpload>";
  const seabed_buffer body{xml.data(), xml.size()};
  call.method = "POST";
  call.query = {{"uploadId", id}};
  call.headers = {{"content-type", "application/xml"}};
  if (options.if_absent) call.headers.push_back({"x-oss-forbid-overwrite", "true"});
  call.body = Buffers(&body, 1);
  call.has_body = call.changes = true;
  call.what = "the upload cannot be completed";
  service_.add_md5(&call);
  Response response;
  if (const int32_t code = service_.run(call, context, &response, error)) return code;
  forget(call.key);
  if (const int32_t code = check_condition(options, response, error)) return code;
  return known ? check_crc(response, whole, "the parts were joined to something else", error)
               : int32_t{SEABED_OK};
}

int32_t OssStore::upload_abort(const char* key, const char* id, const Context& context, Error& error) {
  Call call;
  if (const int32_t code = full_key(key, &call.key, error)) return code;
  call.method = "DELETE";
  call.query = {{"uploadId", id}};
  call.what = "the upload cannot be aborted";
  Response response;
  return service_.run(call, context, &response, error);
}

}  // namespace seabed_oss
