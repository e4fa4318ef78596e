#pragma once
// A macroblock on its way to or from a medium whose pages are compressed, encrypted or both (docs/format/encryption.md).

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/format/meta.pb.h"
#include "core/format/stored_page.h"

namespace seabed {

/// Which pages are tried with zstd (backup_compression). kMetadata: those at the end of a file, where the engine keeps what
/// it does not compress itself: a table's index and filter; small files are all end.
enum class PageCompression { kNone, kMetadata, kAll };

/// How one attempt to write a data directory stores its pages. Made anew for each attempt: two never share a key.
struct PageForm {
  PageCompression compression = PageCompression::kNone;
  std::string salt;                  // of the attempt; empty: not encrypted
  std::optional<Secret> key;         // attempt key
  std::optional<Secret> hash_key;    // of the set: the hashes of whole files are keyed
  bool plain() const { return compression == PageCompression::kNone && !key; }
};
/// `data_key` may be null: not encrypted.
Result<PageForm> make_page_form(PageCompression compression, const Secret* data_key);

/// The pages of a block after packing; their lengths are known, so that the block can be given its place.
struct PackedBlock {
  std::vector<PackedPage> pages;
  uint32_t plain_length = 0;
  uint64_t stored_length = 0;
};
/// A look at the last page, which mostly is saved a tenth of in a table file, being its index, and with kAll at every eighth:
/// none is in data that is compressed or random already, and to try them all costs more than the copy does.
bool pays_to_compress(std::string_view plain, PageCompression tried);
/// kMetadata: `plain` is the end of a file; from its last page on forwards as long as it pays. `encrypted` makes room for tags.
PackedBlock pack_block(std::string_view plain, PageCompression tried, bool encrypted);
/// Fills `room` (stored_length bytes) and completes `range`, whose ids and place are set: lengths, flags, page table, salt
/// and hashes, but for plain_hashes, which its caller has.
Status store_block(const PackedBlock& block, const PageForm& form, meta::MacroRange* range, std::span<char> room);

/// The reverse for pages [first, first + plain.size() in pages) of a range with kBlockPaged: `stored` are their stored
/// bytes. Each is proved by its hash and opened; the result is how many from the front are sound, and why the next is not.
/// `attempt_key` may be null when the range is not encrypted.
struct LoadedPages {
  size_t sound = 0;
  std::optional<Error> problem;
};
LoadedPages load_pages(const meta::MacroRange& range, const std::vector<PagePlace>& places, uint32_t first,
                       std::string_view stored, const Secret* attempt_key, std::span<char> plain, const std::string& what);

}  // namespace seabed
