#include "azblob_store.h"
#include "xml.h"

namespace seabed_azblob {

int32_t AzblobStore::get_tags(const char* key, const TagsCall& sink, const Context& context, Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  const Call call{.key = key, .query = {{"comp", "tags"}}};
  seabed_http::Response response;
  if (const int32_t code = service_.perform(call, "the tags cannot be read", context, &response, error))
    return code;
  seabed_http::XmlDocument document;
  if (!document.parse(response.body) || document.root().name() != "Tags")
    return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                      "the tags are no answer of the blob service: %s", document.why().c_str());
  for (auto tag = document.root().child("TagSet").child("Tag"); tag; tag = tag.next("Tag")) {
    const std::string name = tag.text("Key"), value = tag.text("Value");
    if (!sink.sink({name.c_str(), value.c_str(), 0, 0}))
      return error.fail(SEABED_INTERNAL, "the host stopped it");
  }
  return SEABED_OK;
}

int32_t AzblobStore::set_tags(const char* key, std::span<const seabed_pair> tags, const Context& context,
                              Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  if (tags.size() > kMaxTags) return error.fail(SEABED_INVALID_ARGUMENT, "a blob takes %u tags", kMaxTags);
  std::string body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Tags><TagSet>";
  for (const seabed_pair& tag : tags) {
    if (!seabed_http::xml_can_carry(tag.key) || !seabed_http::xml_can_carry(tag.value))
      return error.fail(SEABED_INVALID_ARGUMENT, "a tag has characters that cannot be sent");
    body += "<Tag><Key>" + seabed_http::xml_escape(tag.key) + "</Key><Value>" +
            seabed_http::xml_escape(tag.value) + "</Value></Tag>";
  }
  body += "</TagSet></Tags>";
  const seabed_buffer piece{body.data(), body.size()};
  const Call call{.method = "PUT",
                  .key = key,
                  .query = {{"comp", "tags"}},
                  .headers = {{"Content-Type", "application/xml; charset=UTF-8"}},
                  .body = Buffers(&piece, 1)};
  seabed_http::Response response;
  return service_.perform(call, "the tags cannot be written", context, &response, error);
}

}  // namespace seabed_azblob
