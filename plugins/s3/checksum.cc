#include "checksum.h"

#include <isa-l.h>

#include "digest.h"

namespace seabed_s3 {

namespace {
std::string crc32_base64(Buffers bytes) {
  uint32_t crc = 0;
  for (const seabed_buffer& piece : bytes)
    crc = crc32_gzip_refl(crc, static_cast<const uint8_t*>(piece.data), piece.size);
  const char big_endian[] = {static_cast<char>(crc >> 24), static_cast<char>(crc >> 16),
                             static_cast<char>(crc >> 8), static_cast<char>(crc)};
  return seabed_http::base64_encode({big_endian, 4});
}
}  // namespace

void add_md5(Call* call) {
  call->headers.push_back({"Content-MD5", seabed_http::base64_encode(seabed_http::md5(call->body))});
}

std::string add_checksum(Checksum kind, Call* call) {
  if (kind == Checksum::kMd5) add_md5(call);
  if (kind != Checksum::kCrc32) return {};
  call->headers.push_back({"x-amz-checksum-crc32", crc32_base64(call->body)});
  return call->headers.back().value;
}

}  // namespace seabed_s3
