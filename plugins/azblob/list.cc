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
  for (auto blob = document.root().child("Blobs").child("Blob"); blob; blob = blob.next("Blob")) {
    const auto facts = blob.child("Properties");
    std::string name = name_of(blob);
    if (!name.starts_with(own + prefix) || name.size() == own.size()) continue;
    out->blobs.push_back({name.substr(own.size()), facts.number("Content-Length").value_or(0),
                          seabed_http::parse_http_date(facts.text("Last-Modified")), facts.text("Etag")});
  }
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
