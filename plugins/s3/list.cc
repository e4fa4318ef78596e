#include <algorithm>

#include "answer_text.h"
#include "s3_store.h"

namespace seabed_s3 {

namespace {
using seabed_http::XmlNode;

// The token is "k" and the last key of the page, so that any process can go on from it; "t" and the server's
// own when a page held no key.
void add_token(const std::string& token, const std::string& prefix, Query* query) {
  if (token.starts_with("k")) query->emplace_back("start-after", prefix + token.substr(1));
  if (token.starts_with("t")) query->emplace_back("continuation-token", token.substr(1));
}

int32_t hand_over(const XmlNode& root, const std::string& prefix, const ListCall& call, std::string* last,
                  Error& error) {
  for (XmlNode node = root.child("Contents"); node; node = node.next("Contents")) {
    std::string key = decode_key(root, node.text("Key"));
    const auto size = node.number("Size");
    if (!size || !strip_prefix(prefix, &key) || !key.starts_with(call.scope) ||
        (!last->empty() && key <= *last))
      return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT,
                        "the server's listing has a key out of order, out of place or without a size");
    if (key.empty()) continue;  // a console's marker of the prefix itself
    const seabed_list_entry entry{sizeof entry, 0, key.c_str(), *size,
                                  seabed_http::parse_utc(node.text("LastModified"))};
    if (!call.sink(entry)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
    *last = std::move(key);
  }
  return SEABED_OK;
}
}  // namespace

int32_t S3Store::list(ListCall& call, const Context& context, Error& error) {
  const std::string token = call.token;
  Call request;
  request.what = "cannot be listed";
  request.query = {{"list-type", "2"},
                   {"encoding-type", "url"},
                   {"max-keys", std::to_string(std::clamp<uint32_t>(call.max, 1, kMaxPage))},
                   {"prefix", wire_key(call.scope)}};
  add_token(token, settings().place.prefix, &request.query);
  Response response;
  if (const int32_t code = service_.run(request, context, &response, error)) return code;
  seabed_http::XmlDocument document;
  if (const int32_t code = parse_answer(response, "ListBucketResult", &document, error)) return code;
  std::string last = token.starts_with("k") ? token.substr(1) : "";
  const std::string before = last;
  if (const int32_t code = hand_over(document.root(), settings().place.prefix, call, &last, error))
    return code;
  if (!document.root().is_true("IsTruncated")) return SEABED_OK;
  const std::string theirs = document.root().text("NextContinuationToken");
  if (last == before && theirs.empty())
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT,
                      "the server's listing does not say how to go on");
  const std::string next = last == before ? "t" + theirs : "k" + last;
  return call.next.assign(next.data(), next.size())
             ? int32_t{SEABED_OK}
             : error.fail(SEABED_INTERNAL, "the listing's token is longer than the host has room for");
}

}  // namespace seabed_s3
