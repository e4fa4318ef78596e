#include "blocks.h"

#include <sys/random.h>

#include <cstdio>
#include <cstdlib>
#include <set>

#include "credentials.h"
#include "digest.h"
#include "xml.h"

namespace seabed_azblob {

namespace {
constexpr size_t kIdSize = 32;
}

std::string new_upload_id() {
  uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random) random = reinterpret_cast<uintptr_t>(&random);
  char text[kIdSize + 1];
  std::snprintf(text, sizeof text, "%016llx%016llx",
                static_cast<unsigned long long>(seabed_http::wall_clock_ns()),
                static_cast<unsigned long long>(random));
  return text;
}

bool is_upload_id(std::string_view id) {
  return id.size() == kIdSize && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

uint64_t started_ns(const std::string& id) { return std::strtoull(id.substr(0, 16).c_str(), nullptr, 16); }

std::string block_name(const std::string& upload, uint32_t number) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "-%05u", number);
  return seabed_http::base64_encode(upload + digits);
}

int32_t staged_uploads(Service& service, const std::string& key, const Context& context,
                       std::map<std::string, Blocks>* out, Error& error) {
  Call call{.key = key, .query = {{"comp", "blocklist"}, {"blocklisttype", "uncommitted"}}};
  seabed_http::Response response;
  if (const int32_t code = service.send(call, context, &response, error)) return code;
  const std::string word = response.status / 100 == 2 ? "" : error_code(response);
  if (word == "InvalidBlobType" || (response.status == 404 && word != "ContainerNotFound")) return SEABED_OK;
  if (response.status / 100 != 2)
    return service.fail(call, response, "its staged blocks cannot be listed", error);
  seabed_http::XmlDocument document;
  if (!document.parse(response.body) || document.root().name() != "BlockList" ||
      !document.root().child("UncommittedBlocks"))
    return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                      "the block list is no answer of the blob service: %s", document.why().c_str());
  std::set<std::string> aborted;
  for (auto block = document.root().child("UncommittedBlocks").child("Block"); block;
       block = block.next("Block")) {
    const auto name = seabed_http::base64_decode(block.text("Name"));
    if (!name || name->size() != kIdSize + 6 || !is_upload_id(name->substr(0, kIdSize)))
      continue;  // not ours
    const std::string upload = name->substr(0, kIdSize);
    const auto number = static_cast<uint32_t>(std::strtoul(name->c_str() + kIdSize + 1, nullptr, 10));
    Blocks& blocks = (*out)[upload];
    if (number == kAborted)
      aborted.insert(upload);
    else if (number != kBegun)
      blocks[number] = block.number("Size").value_or(0);
  }
  for (const auto& upload : aborted) out->erase(upload);
  return SEABED_OK;
}

int32_t staged_blocks(Service& service, const std::string& key, const std::string& upload,
                      const Context& context, Blocks* out, Error& error) {
  std::map<std::string, Blocks> all;
  if (is_upload_id(upload))
    if (const int32_t code = staged_uploads(service, key, context, &all, error)) return code;
  const auto found = all.find(upload);
  if (found == all.end()) return error.fail(SEABED_NOT_FOUND, "there is no such upload of it");
  *out = std::move(found->second);
  return SEABED_OK;
}

}  // namespace seabed_azblob
