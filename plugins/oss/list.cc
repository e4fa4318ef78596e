#include "credentials.h"
#include "oss_store.h"
#include "xml.h"

namespace seabed_oss {

// ListObjectsV2. The token is the last key that was told.
int32_t OssStore::list(ListCall& call, const Context& context, Error& error) {
  const std::string wanted = prefix() + call.scope;
  const uint32_t max = call.max == 0 ? kMaxPage : std::min(call.max, kMaxPage);
  Call request;
  request.method = "GET";
  request.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"max-keys", std::to_string(max)}};
  if (!wanted.empty()) request.query.push_back({"prefix", wanted});
  std::string last = call.token[0] == 0 ? "" : prefix() + call.token;
  if (!last.empty()) request.query.push_back({"start-after", last});
  request.what = "the objects cannot be listed";
  Response response;
  if (const int32_t code = service_.run(request, context, &response, error)) return code;
  seabed_http::XmlDocument document;
  if (!document.parse(response.body) || document.root().name() != "ListBucketResult")
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the list is no ListBucketResult (%s)",
                      document.why().c_str());
  for (auto item = document.root().child("Contents"); item; item = item.next("Contents")) {
    std::string key;
    const auto size = item.number("Size");
    if (!size || !percent_decode(item.text("Key"), &key) || key.empty())
      return error.fail(SEABED_CORRUPTION, "the list holds an entry without key or size");
    if (!key.starts_with(wanted) || (!last.empty() && key <= last))
      return error.fail(SEABED_CORRUPTION, "the list holds keys that do not belong there or do not rise");
    last = key;
    if (key.size() == prefix().size()) continue;  // the mark of a folder, made by a console
    const seabed_list_entry entry{sizeof entry, 0, key.c_str() + prefix().size(), *size,
                                  seabed_http::parse_utc(item.text("LastModified"))};
    if (!call.sink(entry)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
  }
  if (!document.root().is_true("IsTruncated")) return SEABED_OK;
  if (last.size() <= prefix().size())
    return error.fail(SEABED_CORRUPTION, "the list is cut before its first key");
  return call.next.assign(last.data() + prefix().size(), last.size() - prefix().size())
             ? int32_t{SEABED_OK}
             : error.fail(SEABED_INTERNAL, "the host's room is too small");
}

}  // namespace seabed_oss
