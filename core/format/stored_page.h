#pragma once
// Pages of a macroblock that are not stored as they are: compressed, encrypted or both (docs/format/encryption.md). A block
// is cut into pages of 64 KiB; each is stored alone, one behind the other, so that any can be read and proved alone. The
// page table beside the bytes holds the stored length of each. Pure.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/cipher.h"

namespace seabed::meta {
class MacroRange;
}

namespace seabed {

inline constexpr uint32_t kBlockPaged = 1, kBlockEncrypted = 2;   // MacroRange.flags
inline constexpr uint32_t kStoredPagePlain = 64u << 10;           // of every page but the last of a block
inline constexpr size_t kStoredPageMost = kStoredPagePlain + kTagBytes;

/// The first half of storing: what a page becomes before it is encrypted. Raw where zstd saves less than a tenth.
struct PackedPage {
  std::string bytes;
  bool compressed = false;
};
PackedPage pack_page(std::string_view plain, bool compress);

/// Where one page lies. Offsets are of the stored byte that it begins at.
struct PagePlace {
  uint64_t offset = 0;       // in the data file
  uint32_t stored = 0;       // length
  uint32_t plain = 0;
  bool compressed = false;
};
/// The pages of a range, checked against its lengths and flags; a range without kBlockPaged has pages that are stored as
/// they are. kCorruption or kUnsupported when it makes no sense.
Result<std::vector<PagePlace>> page_places(const meta::MacroRange& range, const std::string& what);
/// Hashes of the pages as they are in the source file, 8 bytes each; empty: a page can be proved by its stored bytes only.
std::string_view plain_page_hashes(const meta::MacroRange& range);
/// Length of the block in its source file.
uint64_t plain_length(const meta::MacroRange& range);

/// `range` has its place (at, tablet, logical id, block) and salt. The nonce is (file, offset of the page): within the key
/// of one copy attempt each byte of a data file is written once, so no nonce comes twice.
Result<std::string> encrypt_page(const Secret& attempt_key, const meta::MacroRange& range, uint32_t page,
                                 const PagePlace& place, std::string_view packed);
/// Key of the attempt that wrote the range.
Result<Secret> attempt_key(const Secret& data_key, std::string_view salt);
/// Stored bytes, whose hash the caller has checked, back to the page. kCorruption: they are not that page's bytes.
/// `attempt_key` may be null when the range is not encrypted.
Status load_page(const meta::MacroRange& range, uint32_t page, const PagePlace& place, std::string_view stored,
                 const Secret* attempt_key, std::span<char> plain, const std::string& what);

}  // namespace seabed
