#pragma once
// Texts inside S3's XML answers.

#include <string>

#include "service.h"
#include "xml.h"

namespace seabed_s3 {

/// Parses a 2xx body whose root must be `root`; SEABED_CORRUPTION (transient: the answer was damaged) when it
/// is not.
int32_t parse_answer(const Response& response, const char* root, seabed_http::XmlDocument* out, Error& error);
/// With encoding-type=url a server says so and encodes keys: '+' and %XX. Others send them raw.
std::string decode_key(const seabed_http::XmlNode& root, const std::string& text);
/// The key without the destination's prefix. False when it is not below it.
bool strip_prefix(const std::string& prefix, std::string* key);

}  // namespace seabed_s3
