// AppendObject: the service compares the position with the length, so that of two writers one gets a 409. Its
// answer has the crc64 of the whole object; what the object was before is remembered, or asked for once.

#include "crc64.h"
#include "oss_store.h"

namespace seabed_oss {

namespace {
constexpr size_t kRemembered = 1024;
constexpr const char* kWhat = "the object cannot be appended to";
}  // namespace

void OssStore::remember(const std::string& full, Grown grown) {
  std::lock_guard lock(grown_mutex_);
  if (grown_.size() >= kRemembered && !grown_.contains(full)) grown_.clear();
  grown_[full] = grown;
}

void OssStore::forget(const std::string& full) {
  std::lock_guard lock(grown_mutex_);
  grown_.erase(full);
}

int32_t OssStore::grown_before(const std::string& full, uint64_t position, const Context& context,
                               uint64_t* length, std::optional<uint64_t>* crc, Error& error) {
  if (position == 0) {
    *crc = 0;
    return SEABED_OK;
  }
  {
    std::lock_guard lock(grown_mutex_);
    const auto known = grown_.find(full);
    if (known != grown_.end() && known->second.length == position) {
      *crc = known->second.crc;
      return SEABED_OK;
    }
  }
  Response response;
  if (const int32_t code = head(full, kWhat, context, &response, error)) return code;
  const auto told = parse_crc64(response.header("content-length"));
  if (!told) return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s: the answer tells no length", kWhat);
  *length = *told;
  if (*length != position)
    return error.fail(SEABED_CONFLICT, "has %llu bytes, an append at %llu was asked for",
                      static_cast<unsigned long long>(*length), static_cast<unsigned long long>(position));
  *crc = parse_crc64(response.header("x-oss-hash-crc64ecma"));
  return SEABED_OK;
}

int32_t OssStore::append_refused(const Call& call, Response& response, const Context& context,
                                 uint64_t* length, Error& error) {
  forget(call.key);
  const auto told = parse_crc64(response.header("x-oss-next-append-position"));
  const int32_t code = service_.refuse(call, response, error);
  if (code != SEABED_CONFLICT || told) {
    *length = told.value_or(0);
    return code;
  }
  seabed_error unused{};
  unused.struct_size = sizeof unused;
  Error quiet(&unused);
  Response found;
  const int32_t looked = head(call.key, kWhat, context, &found, quiet);
  if (looked == SEABED_NOT_FOUND) return code;
  const auto length_now = looked == SEABED_OK ? parse_crc64(found.header("content-length")) : std::nullopt;
  if (!length_now)
    return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s: it has another length, which is not told", kWhat);
  *length = *length_now;
  return code;
}

int32_t OssStore::append(const char* key, uint64_t position, Buffers bytes, const Context& context,
                         uint64_t* length, Error& error) {
  *length = 0;
  Call call;
  if (const int32_t code = full_key(key, &call.key, error)) return code;
  const uint64_t size = seabed_http::total_size(bytes);
  if (position > kMaxPut || size > kMaxPut - position)
    return error.fail(SEABED_INVALID_ARGUMENT, "an object that is appended to has 5 GiB at most");
  std::optional<uint64_t> before;
  if (const int32_t code = grown_before(call.key, position, context, length, &before, error)) return code;
  call.method = "POST";
  call.query = {{"append", ""}, {"position", std::to_string(position)}};
  call.body = bytes;
  call.has_body = call.changes = true;
  call.what = kWhat;
  service_.add_md5(&call);
  Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) {
    forget(call.key);
    return code;
  }
  if (response.status / 100 != 2) return append_refused(call, response, context, length, error);
  const auto told = parse_crc64(response.header("x-oss-next-append-position"));
  if (!told) {
    forget(call.key);
    return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_OUTCOME_UNKNOWN, "the service's answer tells no length after the append");
  }
  *length = position + size;
  if (*told != *length) return error.fail(SEABED_CORRUPTION, "the service tells another length after the append");
  if (!before) return SEABED_OK;
  const uint64_t whole = crc64(bytes, *before);
  remember(call.key, {*length, whole});
  return check_crc(response, whole, "the appended bytes were damaged on the way", error);
}

}  // namespace seabed_oss
