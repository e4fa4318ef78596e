#include <algorithm>

#include "azblob_store.h"
#include "batch_answer.h"

namespace seabed_azblob {

namespace {
constexpr const char* kWhat = "the object cannot be removed";
constexpr const char* kBoundary = "batch_5eabed00-0000-4000-8000-5eabed000000";

struct OneError {
  seabed_error raw{};
  OneError() { raw.struct_size = sizeof raw; }
};

bool gone(const seabed_http::Response& response) {
  return response.status / 100 == 2 ||
         (response.status == 404 && error_code(response) != "ContainerNotFound");
}
}  // namespace

int32_t AzblobStore::remove_one(const char* key, const Context& context, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  Call call{.method = "DELETE", .key = key};
  call.changes_something = true;
  seabed_http::Response response;
  if (const int32_t code = service_.send(call, context, &response, error)) return code;
  return gone(response) ? int32_t{SEABED_OK} : service_.fail(call, response, kWhat, error);
}

void AzblobStore::remove_one_by_one(const RemoveCall& call, uint32_t begin, uint32_t end,
                                    const Context& context) {
  for (uint32_t i = begin; i < end; ++i) {
    OneError one;
    Error error(&one.raw);
    if (remove_one(call.keys[i], context, error) == SEABED_OK)
      call.done(i);
    else
      call.failed(i, one.raw);
  }
}

/// SEABED_UNSUPPORTED, with nothing told yet, where the service or the token allows no batches.
int32_t AzblobStore::remove_batch(const RemoveCall& call, uint32_t begin, uint32_t end,
                                  const Context& context, Error& error) {
  std::string body;
  for (uint32_t i = begin; i < end; ++i) {
    OneError one;
    Error refused(&one.raw);
    if (check_key(call.keys[i], refused) != SEABED_OK) continue;
    body += std::string("--") + kBoundary +
            "\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n" +
            "Content-ID: " + std::to_string(i - begin) + "\r\n\r\n" + service_.batch_delete(call.keys[i]) +
            "\r\n";
  }
  if (body.empty()) return SEABED_UNSUPPORTED;
  body += std::string("--") + kBoundary + "--\r\n";
  const seabed_buffer piece{body.data(), body.size()};
  Call batch{
      .method = "POST", .query = {{"restype", "container"}, {"comp", "batch"}}, .body = Buffers(&piece, 1)};
  batch.headers = {{"Content-Type", std::string("multipart/mixed; boundary=") + kBoundary}};
  batch.changes_something = true;
  seabed_http::Response response;
  if (const int32_t code = service_.send(batch, context, &response, error)) return code;
  if (response.status == 400 || response.status == 403 || response.status == 405 || response.status == 501)
    return SEABED_UNSUPPORTED;
  if (response.status / 100 != 2) return service_.fail(batch, response, kWhat, error);
  std::vector<seabed_http::Response> answers;
  if (!read_batch(response.header("content-type"), response.body, end - begin, &answers))
    return SEABED_UNSUPPORTED;
  for (uint32_t i = begin; i < end; ++i) {
    const auto& answer = answers[i - begin];
    if (answer.status == 0)
      remove_one_by_one(call, i, i + 1, context);  // not asked, or not answered
    else if (gone(answer))
      call.done(i);
    else {
      OneError one;
      Error failed(&one.raw);
      service_.fail(batch, answer, kWhat, failed);
      call.failed(i, one.raw);
    }
  }
  return SEABED_OK;
}

int32_t AzblobStore::remove(const RemoveCall& call, const Context& context, Error& error) {
  const auto count = static_cast<uint32_t>(call.keys.size());
  for (uint32_t begin = 0; begin < count; begin += kMaxBatch) {
    const uint32_t end = std::min(begin + kMaxBatch, count);
    int32_t code = SEABED_UNSUPPORTED;
    if (settings().batch_delete && batch_works_ && end - begin > 1)
      code = remove_batch(call, begin, end, context, error);
    if (code == SEABED_UNSUPPORTED) {
      if (end - begin > 1) batch_works_ = false;
      remove_one_by_one(call, begin, end, context);
    } else if (code != SEABED_OK) {
      for (uint32_t i = begin; i < end; ++i) call.failed(i, *error.raw());
    }
  }
  return SEABED_OK;
}

}  // namespace seabed_azblob
