#include <cstdio>

#include "answer_text.h"
#include "checksum.h"
#include "part_tag.h"
#include "s3_error.h"
#include "s3_store.h"

namespace seabed_s3 {

namespace {
std::string complete_body(std::span<const seabed_part* const> parts) {
  std::string out = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (const seabed_part* part : parts) {
    const PartTag tag = split_part_tag({part->tag, strnlen(part->tag, sizeof part->tag)});
    out += "<Part><PartNumber>" + std::to_string(part->number) + "</PartNumber><ETag>" +
           seabed_http::xml_escape(tag.etag) + "</ETag>";
    if (!tag.crc32.empty())
      out += "<ChecksumCRC32>" + seabed_http::xml_escape(tag.crc32) + "</ChecksumCRC32>";
    out += "</Part>";
  }
  return out + "</CompleteMultipartUpload>";
}

/// The status 200 is sent before the work is done: only the body tells. The ETag may be empty (RGW's first
/// answer).
int32_t read_completion(const Response& response, Error& error) {
  seabed_http::XmlDocument document;
  if (document.parse(response.body) && document.root().name() == "CompleteMultipartUploadResult")
    return SEABED_OK;
  if (document.root().name() != "Error")
    return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_OUTCOME_UNKNOWN,
                      "cannot be completed: the server's answer ends before it tells the outcome");
  seabed_http::Failure failure = seabed_http::failure_of(response, true);
  failure.status = failure.code == "InternalError" ? 500 : failure.code == "ServiceUnavailable" ? 503 : 400;
  return fail_s3(failure, response, "cannot be completed", false, error);
}
}  // namespace

int32_t S3Store::upload_begin(const char* key, const PutOptions& options, const Context& context, Text* id,
                              Error& error) {
  if (options.if_absent) return unsupported(error);
  Call call;
  call.method = "POST";
  call.key = wire_key(key);
  call.query = {{"uploads", ""}};
  call.has_body = call.changes = true;
  call.what = "its upload cannot be begun";
  if (settings().checksum == Checksum::kCrc32) call.headers = {{"x-amz-checksum-algorithm", "CRC32"}};
  Response response;
  if (const int32_t code = service_.run(call, context, &response, error)) return code;
  seabed_http::XmlDocument document;
  if (const int32_t code = parse_answer(response, "InitiateMultipartUploadResult", &document, error))
    return code;
  const std::string upload = document.root().text("UploadId");
  if (upload.empty())
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the server gave the upload no id");
  return id->assign(upload.data(), upload.size())
             ? int32_t{SEABED_OK}
             : error.fail(SEABED_INTERNAL, "the upload's id is longer than the host has room for");
}

int32_t S3Store::upload_part(const char* key, const char* id, uint32_t number, Buffers bytes,
                             const Context& context, seabed_part* out, Error& error) {
  if (number == 0 || number > kMaxParts)
    return error.fail(SEABED_INVALID_ARGUMENT, "part numbers go from 1 to %u", kMaxParts);
  Call call;
  call.method = "PUT";
  call.key = wire_key(key);
  call.query = {{"partNumber", std::to_string(number)}, {"uploadId", id}};
  call.body = bytes;
  call.has_body = call.bulk = call.changes = true;
  call.what = "a part cannot be written";
  const std::string crc32 = add_checksum(settings().checksum, &call);
  Response response;
  if (const int32_t code = service_.run(call, context, &response, error)) return code;
  out->size = seabed_http::total_size(bytes);
  if (response.header("etag").empty() ||
      !join_part_tag({std::string(response.header("etag")), crc32}, out->tag))
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT,
                      "the server gave the part no ETag, or one that is too long");
  return SEABED_OK;
}

int32_t S3Store::upload_complete(const char* key, const char* id, std::span<const seabed_part* const> parts,
                                 const PutOptions& options, const Context& context, Error& error) {
  if (options.if_absent) return unsupported(error);
  if (parts.empty()) return error.fail(SEABED_INVALID_ARGUMENT, "an upload needs at least one part");
  const std::string body = complete_body(parts);
  const seabed_buffer piece{body.data(), body.size()};
  Call call;
  call.method = "POST";
  call.key = wire_key(key);
  call.query = {{"uploadId", id}};
  call.headers = {{"Content-Type", "application/xml"}};
  call.body = Buffers(&piece, 1);
  call.has_body = call.changes = true;
  call.what = "cannot be completed";
  Response response;
  if (const int32_t code = service_.run(call, context, &response, error)) return code;
  return read_completion(response, error);
}

int32_t S3Store::upload_abort(const char* key, const char* id, const Context& context, Error& error) {
  Call call;
  call.method = "DELETE";
  call.key = wire_key(key);
  call.query = {{"uploadId", id}};
  call.changes = true;
  call.what = "its upload cannot be aborted";
  Response response;
  return service_.run(call, context, &response, error);
}

}  // namespace seabed_s3
