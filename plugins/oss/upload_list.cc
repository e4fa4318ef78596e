#include "credentials.h"
#include "oss_store.h"
#include "upload_tag.h"
#include "xml.h"

namespace seabed_oss {

namespace {
std::string page_size(uint32_t max) { return std::to_string(max == 0 ? kMaxPage : std::min(max, kMaxPage)); }

int32_t told_next(Text& next, const std::string& token, Error& error) {
  return next.assign(token.data(), token.size())
             ? int32_t{SEABED_OK}
             : error.fail(SEABED_INTERNAL, "the host's room is too small");
}
}  // namespace

// The token is "<last upload id>/<its key>", as the service's two markers.
int32_t OssStore::list_uploads(UploadsCall& call, const Context& context, Error& error) {
  const std::string wanted = prefix() + call.scope, token = call.token;
  Call request;
  request.method = "GET";
  request.query = {{"uploads", ""}, {"encoding-type", "url"}, {"max-uploads", page_size(call.max)}};
  if (!wanted.empty()) request.query.push_back({"prefix", wanted});
  if (const size_t slash = token.find('/'); slash != std::string::npos) {
    request.query.push_back({"upload-id-marker", token.substr(0, slash)});
    request.query.push_back({"key-marker", token.substr(slash + 1)});
  }
  request.what = "the uploads cannot be listed";
  Response response;
  if (const int32_t code = service_.run(request, context, &response, error)) return code;
  seabed_http::XmlDocument document;
  if (!document.parse(response.body) || document.root().name() != "ListMultipartUploadsResult")
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the list of uploads cannot be read (%s)",
                      document.why().c_str());
  std::string key, last;
  for (auto item = document.root().child("Upload"); item; item = item.next("Upload")) {
    const std::string id = item.text("UploadId");
    if (!percent_decode(item.text("Key"), &key) || !key.starts_with(wanted) || id.empty() ||
        id.find('/') != std::string::npos)
      return error.fail(SEABED_CORRUPTION, "the list of uploads holds a strange entry");
    last = id + "/" + key;
    const seabed_upload_entry entry{sizeof entry, 0, key.c_str() + prefix().size(), id.c_str(),
                                    seabed_http::parse_utc(item.text("Initiated"))};
    if (!call.sink(entry)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
  }
  if (!document.root().is_true("IsTruncated")) return SEABED_OK;
  if (last.empty() || last == token)
    return error.fail(SEABED_CORRUPTION, "the list of uploads does not go on");
  return told_next(call.next, last, error);
}

// The token is the last number.
int32_t OssStore::list_parts(const char* key, PartsCall& call, const Context& context, Error& error) {
  Call request;
  if (const int32_t code = full_key(key, &request.key, error)) return code;
  request.method = "GET";
  request.query = {{"uploadId", call.scope}, {"max-parts", page_size(call.max)}};
  if (call.token[0] != 0) request.query.push_back({"part-number-marker", call.token});
  request.what = "the parts cannot be listed";
  Response response;
  if (const int32_t code = service_.run(request, context, &response, error)) return code;
  seabed_http::XmlDocument document;
  if (!document.parse(response.body) || document.root().name() != "ListPartsResult")
    return error.fail(SEABED_CORRUPTION, SEABED_RETRY_TRANSIENT, "the list of parts cannot be read (%s)",
                      document.why().c_str());
  uint64_t last = parse_crc64(call.token).value_or(0);
  for (auto item = document.root().child("Part"); item; item = item.next("Part")) {
    const auto number = item.number("PartNumber"), size = item.number("Size");
    seabed_part part{};
    part.struct_size = sizeof part;
    if (!number || !size || *number <= last || *number > kMaxParts ||
        !write_tag(item.text("ETag"), item.number("HashCrc64ecma"), &part))
      return error.fail(SEABED_CORRUPTION, "the list of parts holds a strange entry");
    last = *number;
    part.number = static_cast<uint32_t>(last);
    part.size = *size;
    if (!call.sink(part)) return error.fail(SEABED_INTERNAL, "the host stopped the listing");
  }
  return document.root().is_true("IsTruncated") ? told_next(call.next, std::to_string(last), error)
                                                : int32_t{SEABED_OK};
}

}  // namespace seabed_oss
