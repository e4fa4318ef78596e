#include <algorithm>
#include <charconv>

#include "answer_text.h"
#include "part_tag.h"
#include "s3_store.h"

namespace seabed_s3 {

namespace {
using seabed_http::XmlNode;

std::string page(uint32_t max) { return std::to_string(std::clamp<uint32_t>(max, 1, kMaxPage)); }

// The token is the last entry of the page: "upload-id key" (an id has no blank).
void add_upload_token(const std::string& token, const std::string& prefix, Query* query) {
  const size_t blank = token.find(' ');
  if (blank == std::string::npos) return;
  query->emplace_back("key-marker", prefix + token.substr(blank + 1));
  query->emplace_back("upload-id-marker", token.substr(0, blank));
}

int32_t bad_listing(Error& error) {
  return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT,
                    "the server's list of uploads or parts makes no sense");
}

int32_t hand_over_uploads(const XmlNode& root, const std::string& prefix, const UploadsCall& call,
                          std::string* last, Error& error) {
  for (XmlNode node = root.child("Upload"); node; node = node.next("Upload")) {
    std::string key = decode_key(root, node.text("Key"));
    const std::string id = node.text("UploadId");
    if (id.empty() || id.find(' ') != std::string::npos || !strip_prefix(prefix, &key))
      return bad_listing(error);
    if (!key.starts_with(call.scope)) continue;
    const seabed_upload_entry entry{sizeof entry, 0, key.c_str(), id.c_str(),
                                    seabed_http::parse_utc(node.text("Initiated"))};
    if (!call.sink(entry)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
    *last = id + " " + key;
  }
  return SEABED_OK;
}

int32_t hand_over_parts(const XmlNode& root, const PartsCall& call, uint64_t* last, Error& error) {
  for (XmlNode node = root.child("Part"); node; node = node.next("Part")) {
    const auto number = node.number("PartNumber"), size = node.number("Size");
    if (!number || !size || *number <= *last || *number > kMaxParts) return bad_listing(error);
    seabed_part part{sizeof part, static_cast<uint32_t>(*number), *size, {}};
    if (!join_part_tag({node.text("ETag"), node.text("ChecksumCRC32")}, part.tag)) return bad_listing(error);
    if (!call.sink(part)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
    *last = *number;
  }
  return SEABED_OK;
}

/// The token of the next page when there is one; going round in circles is an error.
template <class Listing>
int32_t go_on(const XmlNode& root, const std::string& last, Listing& call, Error& error) {
  if (!root.is_true("IsTruncated")) return SEABED_OK;
  if (last == call.token || !call.next.assign(last.data(), last.size())) return bad_listing(error);
  return SEABED_OK;
}
}  // namespace

int32_t S3Store::list_uploads(UploadsCall& call, const Context& context, Error& error) {
  Call request;
  request.what = "its uploads cannot be listed";
  // Not encoding-type=url: Ceph encodes the keys and does not say so.
  request.query = {{"uploads", ""}, {"max-uploads", page(call.max)}, {"prefix", wire_key(call.scope)}};
  add_upload_token(call.token, settings().place.prefix, &request.query);
  Response response;
  if (const int32_t code = service_.run(request, context, &response, error)) return code;
  seabed_http::XmlDocument document;
  if (const int32_t code = parse_answer(response, "ListMultipartUploadsResult", &document, error))
    return code;
  std::string last = call.token;
  if (const int32_t code = hand_over_uploads(document.root(), settings().place.prefix, call, &last, error))
    return code;
  return go_on(document.root(), last, call, error);
}

int32_t S3Store::list_parts(const char* key, PartsCall& call, const Context& context, Error& error) {
  const std::string token = call.token;
  uint64_t last = 0;
  std::from_chars(token.data(), token.data() + token.size(), last);
  Call request;
  request.key = wire_key(key);
  request.what = "its parts cannot be listed";
  request.query = {{"uploadId", call.scope}, {"max-parts", page(call.max)}};
  if (last != 0) request.query.emplace_back("part-number-marker", std::to_string(last));
  Response response;
  if (const int32_t code = service_.run(request, context, &response, error)) return code;
  seabed_http::XmlDocument document;
  if (const int32_t code = parse_answer(response, "ListPartsResult", &document, error)) return code;
  if (const int32_t code = hand_over_parts(document.root(), call, &last, error)) return code;
  return go_on(document.root(), std::to_string(last), call, error);
}

}  // namespace seabed_s3
