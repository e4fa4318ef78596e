#pragma once
// checksum_type: what the store compares with the bytes that arrived.

#include "service.h"

namespace seabed_s3 {

/// Adds Content-MD5 or x-amz-checksum-crc32 of the call's body, as the settings say; the CRC's base64, or "".
std::string add_checksum(Checksum kind, Call* call);
/// Content-MD5 whatever the settings say: DeleteObjects and tagging need it.
void add_md5(Call* call);

}  // namespace seabed_s3
