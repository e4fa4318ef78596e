#pragma once
// The multipart/mixed answer of a Blob Batch.

#include <string>
#include <string_view>
#include <vector>

#include "http.h"

namespace seabed_azblob {

/// One answer for each of `count` requests, by their Content-ID; status 0 where none came. False when the
/// body is no such answer.
bool read_batch(std::string_view content_type, std::string_view body, size_t count,
                std::vector<seabed_http::Response>* out);

}  // namespace seabed_azblob
