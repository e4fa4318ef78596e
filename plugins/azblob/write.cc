#include <algorithm>

#include "azblob_store.h"
#include "digest.h"
#include "range.h"

namespace seabed_azblob {

namespace {
constexpr const char* kType = "x-ms-blob-type";

/// The buffers from `offset` on, `size` bytes of them; no copies.
std::vector<seabed_buffer> slice(Buffers bytes, uint64_t offset, uint64_t size) {
  std::vector<seabed_buffer> out;
  for (const seabed_buffer& from : bytes) {
    if (size == 0) break;
    if (offset >= from.size) {
      offset -= from.size;
      continue;
    }
    const auto n = static_cast<size_t>(std::min<uint64_t>(from.size - offset, size));
    out.push_back({static_cast<const char*>(from.data) + offset, n});
    offset = 0;
    size -= n;
  }
  return out;
}

/// A condition that did not hold comes as 409 or as 412.
bool condition_failed(const seabed_http::Response& response) {
  return response.status == 412 || error_code(response) == "BlobAlreadyExists";
}
}  // namespace

void AzblobStore::checksum(Buffers bytes, Call* call) const {
  if (settings().md5)
    call->headers.push_back({"Content-MD5", seabed_http::base64_encode(seabed_http::md5(bytes))});
}

int32_t AzblobStore::put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
                         Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  Call call{.method = "PUT", .key = key, .headers = {{kType, "BlockBlob"}}, .body = bytes};
  call.changes_something = true;
  checksum(bytes, &call);
  if (options.if_absent) call.headers.push_back({"If-None-Match", "*"});
  seabed_http::Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  if (response.status / 100 == 2) return SEABED_OK;
  if (options.if_absent && condition_failed(response))
    return seabed_http::fail_as(SEABED_ALREADY_EXISTS, SEABED_RETRY_PERMANENT,
                                seabed_http::failure_of(response, true), "the object is there already",
                                error);
  return service_.fail(call, response, "the object cannot be written", error);
}

int32_t AzblobStore::create_append_blob(const char* key, const Context& context, Error& error) {
  Call call{.method = "PUT", .key = key, .headers = {{kType, "AppendBlob"}, {"If-None-Match", "*"}}};
  call.changes_something = true;
  seabed_http::Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  if (response.status / 100 == 2 || condition_failed(response))
    return SEABED_OK;  // there: the append's condition decides
  return service_.fail(call, response, "the object cannot be created", error);
}

int32_t AzblobStore::append_length(const char* key, const Context& context, uint64_t* out, Error& error) {
  const Call call{.method = "HEAD", .key = key};
  seabed_http::Response response;
  if (const int32_t code =
          service_.perform(call, "the object cannot be inspected", context, &response, error))
    return code;
  const auto type = response.header("x-ms-blob-type");
  if (!seabed_http::whole_number(response.header("content-length"), out) || type.empty())
    return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "the server tells no length or no type of the object");
  if (type == "AppendBlob") return SEABED_OK;
  return error.fail(SEABED_CONFLICT, "is no append blob: only what append made can be appended to");
}

int32_t AzblobStore::wrong_position(const char* key, uint64_t position, const Context& context,
                                    uint64_t* length, Error& error) {
  if (const int32_t code = append_length(key, context, length, error)) return code;
  return error.fail(SEABED_CONFLICT, "has %llu bytes, an append at %llu was asked for",
                    static_cast<unsigned long long>(*length), static_cast<unsigned long long>(position));
}

int32_t AzblobStore::append_block(const char* key, uint64_t position, Buffers bytes, const Context& context,
                                  bool* moved, Error& error) {
  Call call{.method = "PUT", .key = key, .query = {{"comp", "appendblock"}}, .body = bytes};
  call.headers = {{"x-ms-blob-condition-appendpos", std::to_string(position)}};
  call.changes_something = true;
  checksum(bytes, &call);
  seabed_http::Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  if (response.status / 100 == 2) return SEABED_OK;
  *moved = response.status == 412;
  if (*moved)
    return seabed_http::fail_as(SEABED_CONFLICT, SEABED_RETRY_PERMANENT,
                                seabed_http::failure_of(response, true), "the object has another length",
                                error);
  return service_.fail(call, response, "the object cannot be appended to", error);
}

// More than one block at a time is not atomic, and an append blob cannot be cut: a failure in the middle is
// told as outcome unknown, and the host finds the torn tail by looking.
int32_t AzblobStore::append(const char* key, uint64_t position, Buffers bytes, const Context& context,
                            uint64_t* length, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  if (position == 0)
    if (const int32_t code = create_append_blob(key, context, error)) return code;
  const uint64_t total = seabed_http::total_size(bytes);
  if (total == 0) {
    if (const int32_t code = append_length(key, context, length, error)) return code;
    return *length == position ? int32_t{SEABED_OK} : wrong_position(key, position, context, length, error);
  }
  for (uint64_t done = 0; done < total;) {
    const uint64_t n = std::min(total - done, kMaxAppend);
    const auto piece = slice(bytes, done, n);
    bool moved = false;
    const int32_t code = append_block(key, position + done, piece, context, &moved, error);
    if (moved && done == 0) return wrong_position(key, position, context, length, error);
    if (code != SEABED_OK && done > 0) error.outcome_unknown();
    if (code != SEABED_OK) return code;
    done += n;
  }
  *length = position + total;
  return SEABED_OK;
}

}  // namespace seabed_azblob
