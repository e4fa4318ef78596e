#pragma once
// CRC-64/XZ, which OSS calls crc64ecma: of bytes by ISA-L (carry-less multiplication), of joined pieces by
// arithmetic.
// https://www.alibabacloud.com/help/en/oss/developer-reference/check-data-transmission-integrity-by-using-crc-64

#include <cstdint>
#include <optional>
#include <string_view>

#include "seabed/store.hpp"

namespace seabed_oss {

/// Of the bytes behind those whose crc is `before` (0: none).
uint64_t crc64(seabed::sdk::Buffers bytes, uint64_t before = 0);
/// Of A followed by B, from the crc of each and the length of B.
uint64_t crc64_join(uint64_t a, uint64_t b, uint64_t b_size);
/// The decimal value of a header or element, nothing for anything else.
std::optional<uint64_t> parse_crc64(std::string_view text);

}  // namespace seabed_oss
