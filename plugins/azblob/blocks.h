#pragma once
// Uploads as staged blocks. Every block's name is "<upload>-<number>" in base64, all of one length as the
// service demands. Block 0 marks the upload, so that one without parts is there; block 99999 marks it as
// aborted: the service has no way to drop staged blocks that shows no empty blob to readers meanwhile, it
// drops them itself a week after the last one came. Whatever commits the blob (a put, another upload's
// complete) drops all staged blocks of that key at once.

#include <map>
#include <string>

#include "service.h"

namespace seabed_azblob {

inline constexpr uint32_t kBegun = 0, kAborted = 99'999;

/// 32 hex digits: when it began (ns), and chance.
std::string new_upload_id();
bool is_upload_id(std::string_view id);
uint64_t started_ns(const std::string& id);
/// Base64, as the service has it.
std::string block_name(const std::string& upload, uint32_t number);

using Blocks = std::map<uint32_t, uint64_t>;  // number -> size, without the marks
/// The uploads of a key that are neither completed nor aborted. A key without staged blocks has none.
int32_t staged_uploads(Service& service, const std::string& key, const Context& context,
                       std::map<std::string, Blocks>* out, Error& error);
/// SEABED_NOT_FOUND when there is no such upload.
int32_t staged_blocks(Service& service, const std::string& key, const std::string& upload,
                      const Context& context, Blocks* out, Error& error);

}  // namespace seabed_azblob
