#include <map>
#include <vector>

#include "answer_text.h"
#include "checksum.h"
#include "s3_error.h"
#include "s3_store.h"

namespace seabed_s3 {

namespace {
using seabed_http::XmlNode;

std::string request_body(const std::string& prefix, const RemoveCall& call,
                         std::span<const uint32_t> indexes) {
  std::string out = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (const uint32_t i : indexes)
    out += "<Object><Key>" + seabed_http::xml_escape(prefix + call.keys[i]) + "</Key></Object>";
  return out + "</Delete>";
}

struct OwnError {
  seabed_error raw{sizeof(seabed_error), 0, 0, 0, 0, 0, {}, {}, {}};
};

/// What the answer says about one key; its status is not told, so that of the words we know.
void report(const XmlNode& error_node, const RemoveCall& call, uint32_t index) {
  OwnError own;
  Error error(&own.raw);
  seabed_http::Failure failure;
  failure.code = error_node.text("Code");
  failure.message = error_node.text("Message");
  failure.status = failure.code == "AccessDenied" ? 403 : failure.code == "InternalError" ? 500 : 0;
  if (failure.code == "NoSuchKey") return call.done(index);
  if (failure.code == "ServiceUnavailable") failure.status = 503;
  fail_s3(failure, {}, "cannot be deleted", false, error);
  call.failed(index, own.raw);
}

void report_silence(const RemoveCall& call, uint32_t index) {
  OwnError own;
  Error error(&own.raw);
  error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_OUTCOME_UNKNOWN,
             "the server's answer to a deletion leaves this key out");
  call.failed(index, own.raw);
}
}  // namespace

void S3Store::remove_one(const RemoveCall& call, uint32_t index, const Context& context) {
  OwnError own;
  Error error(&own.raw);
  Call request;
  request.method = "DELETE";
  request.key = wire_key(call.keys[index]);
  request.changes = true;
  request.what = "cannot be deleted";
  Response response;
  int32_t code = service_.send(request, context, &response, error);
  if (code == SEABED_OK && response.status / 100 != 2) code = service_.refuse(request, response, error);
  if (code == SEABED_OK || code == SEABED_NOT_FOUND)
    call.done(index);
  else
    call.failed(index, own.raw);
}

int32_t S3Store::remove_batch(const RemoveCall& call, std::span<const uint32_t> indexes,
                              const Context& context, Error& error) {
  const std::string& prefix = settings().place.prefix;
  const std::string body = request_body(prefix, call, indexes);
  const seabed_buffer piece{body.data(), body.size()};
  Call request;
  request.method = "POST";
  request.query = {{"delete", ""}};
  request.body = Buffers(&piece, 1);
  request.has_body = request.changes = true;
  request.headers = {{"Content-Type", "application/xml"}};
  request.what = "cannot be deleted";
  add_md5(&request);
  Response response;
  if (const int32_t code = service_.run(request, context, &response, error)) return code;
  seabed_http::XmlDocument document;
  if (const int32_t code = parse_answer(response, "DeleteResult", &document, error)) {
    error.outcome_unknown();
    return code;
  }
  std::multimap<std::string, uint32_t> open;
  for (const uint32_t i : indexes) open.emplace(prefix + call.keys[i], i);
  for (XmlNode node = document.root().first_child(); node; node = node.next()) {
    const auto found = open.find(node.text("Key"));
    if (found == open.end()) continue;
    if (node.name() == "Deleted")
      call.done(found->second);
    else
      report(node, call, found->second);
    open.erase(found);
  }
  for (const auto& [key, index] : open) report_silence(call, index);
  return SEABED_OK;
}

int32_t S3Store::remove(const RemoveCall& call, const Context& context, Error& error) {
  std::vector<uint32_t> batch;
  const auto send_batch = [&] {
    const int32_t code = batch.empty() ? int32_t{SEABED_OK} : remove_batch(call, batch, context, error);
    batch.clear();
    return code;
  };
  const bool batches = settings().profile->delete_objects && call.keys.size() > 1;
  for (uint32_t i = 0; i < call.keys.size(); ++i) {
    if (const int32_t code = context.check(error)) return code;
    // Control characters cannot stand in XML.
    if (!batches || !seabed_http::xml_can_carry(call.keys[i])) {
      remove_one(call, i, context);
      continue;
    }
    batch.push_back(i);
    if (batch.size() == kMaxBatch)
      if (const int32_t code = send_batch()) return code;
  }
  return send_batch();
}

}  // namespace seabed_s3
