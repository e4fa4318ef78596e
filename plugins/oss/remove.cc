#include <set>

#include "oss_store.h"
#include "xml.h"

namespace seabed_oss {

void OssStore::remove_one(const RemoveCall& call, uint32_t index, const Context& context) {
  seabed_error raw{};
  raw.struct_size = sizeof raw;
  Error error(&raw);
  Call request;
  request.method = "DELETE";
  request.what = "the object cannot be deleted";
  Response response;
  int32_t code = full_key(call.keys[index], &request.key, error);
  if (code == SEABED_OK) code = service_.run(request, context, &response, error);
  if (code == SEABED_OK || code == SEABED_NOT_FOUND) {
    forget(request.key);
    call.done(index);
  } else {
    call.failed(index, raw);
  }
}

// Deleting twice does no harm: a lost answer is transient.
int32_t OssStore::remove_batch(const RemoveCall& call, std::span<const uint32_t> indexes,
                               const Context& context, Error& error) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Delete><Quiet>false</Quiet>";
  for (const uint32_t i : indexes)
    xml += "<Object><Key>" + seabed_http::xml_escape(prefix() + call.keys[i]) + "</Key></Object>";
  xml += "</Delete>";
  const seabed_buffer body{xml.data(), xml.size()};
  Call request;
  request.method = "POST";
  request.query = {{"delete", ""}, {"encoding-type", "url"}};
  request.headers = {{"content-type", "application/xml"}};
  request.body = Buffers(&body, 1);
  request.has_body = true;
  request.what = "the objects cannot be deleted";
  service_.add_md5(&request, true);  // the service insists
  Response response;
  if (const int32_t code = service_.run(request, context, &response, error)) return code;
  seabed_http::XmlDocument document;
  if (!document.parse(response.body) || document.root().name() != "DeleteResult")
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the answer is no DeleteResult (%s)",
                      document.why().c_str());
  std::set<std::string> gone;
  std::string key;
  for (auto item = document.root().child("Deleted"); item; item = item.next("Deleted"))
    if (percent_decode(item.text("Key"), &key)) gone.insert(key);
  for (const uint32_t i : indexes) {
    key = prefix() + call.keys[i];
    forget(key);
    if (gone.contains(key))
      call.done(i);
    else
      remove_one(call, i, context);  // which says why
  }
  return SEABED_OK;
}

int32_t OssStore::remove(const RemoveCall& call, const Context& context, Error& error) {
  if (const int32_t code = context.check(error)) return code;
  std::vector<uint32_t> batch, alone;
  for (uint32_t i = 0; i < call.keys.size(); ++i) {
    std::string full;
    Error quiet(nullptr);
    const bool fits = full_key(call.keys[i], &full, quiet) == SEABED_OK && seabed_http::xml_can_carry(full);
    (fits ? batch : alone).push_back(i);
  }
  if (batch.size() == 1) alone.push_back(batch[0]), batch.clear();
  for (size_t at = 0; at < batch.size(); at += kMaxBatch)
    if (const int32_t code =
            remove_batch(call, std::span(batch).subspan(at, std::min<size_t>(kMaxBatch, batch.size() - at)),
                         context, error))
      return code;
  for (const uint32_t i : alone) remove_one(call, i, context);
  return SEABED_OK;
}

}  // namespace seabed_oss
