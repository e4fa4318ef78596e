#include "answer.h"
#include "answer_text.h"
#include "checksum.h"
#include "s3_store.h"

namespace seabed_s3 {

namespace {
std::string tagging_body(std::span<const seabed_pair> tags) {
  std::string out = "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>";
  for (const seabed_pair& tag : tags)
    out += "<Tag><Key>" + seabed_http::xml_escape(tag.key) + "</Key><Value>" +
           seabed_http::xml_escape(tag.value) + "</Value></Tag>";
  return out + "</TagSet></Tagging>";
}
}  // namespace

int32_t S3Store::get_tags(const char* key, const TagsCall& call, const Context& context, Error& error) {
  if (!settings().profile->tagging) return unsupported(error);
  Call request;
  request.key = wire_key(key);
  request.query = {{"tagging", ""}};
  request.what = "its tags cannot be read";
  Response response;
  if (const int32_t code = service_.send(request, context, &response, error)) return code;
  if (response.status == 404 && seabed_http::failure_of(response, false).code == "NoSuchTagSet")
    return SEABED_OK;
  if (response.status / 100 != 2) return service_.refuse(request, response, error);
  seabed_http::XmlDocument document;
  if (const int32_t code = parse_answer(response, "Tagging", &document, error)) return code;
  for (auto tag = document.root().child("TagSet").child("Tag"); tag; tag = tag.next("Tag")) {
    const std::string name = tag.text("Key"), value = tag.text("Value");
    if (!call.sink({name.c_str(), value.c_str(), 0, 0}))
      return error.fail(SEABED_INTERNAL, "the host stopped the list of tags");
  }
  return SEABED_OK;
}

int32_t S3Store::set_tags(const char* key, std::span<const seabed_pair> tags, const Context& context,
                          Error& error) {
  if (!settings().profile->tagging) return unsupported(error);
  if (tags.size() > kMaxTags) return error.fail(SEABED_INVALID_ARGUMENT, "more than %u tags", kMaxTags);
  for (const seabed_pair& tag : tags)
    if (!seabed_http::xml_can_carry(tag.key) || !seabed_http::xml_can_carry(tag.value))
      return error.fail(SEABED_INVALID_ARGUMENT, "a tag has a control character");
  const std::string body = tagging_body(tags);
  const seabed_buffer piece{body.data(), body.size()};
  Call request;
  request.method = "PUT";
  request.key = wire_key(key);
  request.query = {{"tagging", ""}};
  request.body = Buffers(&piece, 1);
  request.has_body = request.changes = true;
  request.headers = {{"Content-Type", "application/xml"}};
  request.what = "its tags cannot be written";
  add_md5(&request);
  Response response;
  return service_.run(request, context, &response, error);
}

}  // namespace seabed_s3
