#include "oss_store.h"
#include "xml.h"

namespace seabed_oss {

int32_t OssStore::get_tags(const char* key, const TagsCall& call, const Context& context, Error& error) {
  Call request;
  if (const int32_t code = full_key(key, &request.key, error)) return code;
  request.method = "GET";
  request.query = {{"tagging", ""}};
  request.what = "the tags cannot be read";
  Response response;
  if (const int32_t code = service_.run(request, context, &response, error)) return code;
  seabed_http::XmlDocument document;
  if (!document.parse(response.body) || document.root().name() != "Tagging")
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the tags cannot be read (%s)",
                      document.why().c_str());
  for (auto item = document.root().child("TagSet").child("Tag"); item; item = item.next("Tag")) {
    const std::string name = item.text("Key"), value = item.text("Value");
    if (!call.sink({name.c_str(), value.c_str(), 0, 0}))
      return error.fail(SEABED_INTERNAL, "the host stopped the listing");
  }
  return SEABED_OK;
}

// The same tags again do no harm: a lost answer is transient.
int32_t OssStore::set_tags(const char* key, std::span<const seabed_pair> tags, const Context& context,
                           Error& error) {
  Call request;
  if (const int32_t code = full_key(key, &request.key, error)) return code;
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Tagging><TagSet>";
  for (const seabed_pair& tag : tags) {
    if (!seabed_http::xml_can_carry(tag.key) || !seabed_http::xml_can_carry(tag.value))
      return error.fail(SEABED_INVALID_ARGUMENT, "a tag holds control characters");
    xml += "<Tag><Key>" + seabed_http::xml_escape(tag.key) + "</Key><Value>" +
           seabed_http::xml_escape(tag.value) + "</Value></Tag>";
  }
  xml += "</TagSet></Tagging>";
  const seabed_buffer body{xml.data(), xml.size()};
  request.method = tags.empty() ? "DELETE" : "PUT";
  request.query = {{"tagging", ""}};
  request.what = "the tags cannot be set";
  if (!tags.empty()) {
    request.headers = {{"content-type", "application/xml"}};
    request.body = Buffers(&body, 1);
    request.has_body = true;
    service_.add_md5(&request);
  }
  Response response;
  return service_.run(request, context, &response, error);
}

}  // namespace seabed_oss
