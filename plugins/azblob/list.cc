#include <algorithm>

#include "azblob_store.h"
#include "listing.h"
#include "xml.h"

namespace seabed_azblob {

namespace {
/// Names that XML cannot carry come percent-encoded, with a word for it.
std::string name_of(const seabed_http::XmlNode& blob) {
  const auto node = blob.child("Name");
  const std::string text = node.text();
  if (node.attribute("Encoded") != "true") return text;
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 2 >= text.size()) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(std::strtol(text.substr(i + 1, 2).c_str(), nullptr, 16));
    i += 2;
  }
  return out;
}

bool climbs(const std::string& name) {
  return ("/" + name + "/").find("/../") != std::string::npos || name.find('\0') != std::string::npos;
}

int32_t bad_listing(Error& error) {
  return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the service's listing makes no sense");
}
}  // namespace

int32_t list_page(Service& service, const std::string& prefix, const std::string& marker, uint32_t max,
                  const char* include, const Context& context, Page* out, Error& error) {
  const std::string& own = service.settings().place.prefix;
  Call call{.query = {{"restype", "container"}, {"comp", "list"}}};
  call.query.push_back({"maxresults", std::to_string(std::clamp<uint32_t>(max, 1, kMaxPage))});
  if (!(own + prefix).empty()) call.query.push_back({"prefix", own + prefix});
  if (!marker.empty()) call.query.push_back({"marker", marker});
  if (include[0] != 0) call.query.push_back({"include", include});
  seabed_http::Response response;
  if (const int32_t code = service.perform(call, "the container cannot be listed", context, &response, error))
    return code;
  seabed_http::XmlDocument document;
  if (!document.parse(response.body) || document.root().name() != "EnumerationResults")
    return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                      "the listing is no answer of the blob service: %s", document.why().c_str());
  out->marker = document.root().text("NextMarker");
  const auto blobs = document.root().child("Blobs");
  if (!blobs) return bad_listing(error);
  std::string last;
  for (auto blob = blobs.child("Blob"); blob; blob = blob.next("Blob")) {
    const auto facts = blob.child("Properties");
    const auto size = facts.number("Content-Length");
    const std::string name = name_of(blob);
    if (!size || name == last || !name.starts_with(own + prefix) || climbs(name)) return bad_listing(error);
    last = name;
    if (name.size() == own.size()) continue;
    out->blobs.push_back({name.substr(own.size()), *size, seabed_http::parse_http_date(facts.text("Last-Modified")),
                          facts.text("Etag")});
  }
  if (!out->marker.empty() && out->marker == marker) return bad_listing(error);
  return SEABED_OK;
}

// The token is the service's marker.
int32_t AzblobStore::list(ListCall& call, const Context& context, Error& error) {
  Page page;
  if (const int32_t code = list_page(service_, call.scope, call.token, call.max, "", context, &page, error))
    return code;
  for (const ListedBlob& blob : page.blobs) {
    const seabed_list_entry entry{sizeof entry, 0, blob.key.c_str(), blob.size, blob.modified_ns};
    if (!call.sink(entry)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
  }
  if (!call.next.assign(page.marker.data(), page.marker.size()))
    return error.fail(SEABED_INTERNAL, "the service's marker is too long");
  return SEABED_OK;
}

}  // namespace seabed_azblob
