#pragma once
// A macroblock on its way to or from a medium whose pages are compressed, encrypted or both (docs/format/encryption.md).

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/format/meta.pb.h"
#include "core/format/stored_page.h"

namespace seabed {

/// How one attempt to write a data directory stores its pages. Made anew for each attempt: two never share a key.
struct PageForm {
  bool compress = false;
  std::string salt;                  // of the attempt; empty: not encrypted
  std::optional<Secret> key;         // attempt key
  std::optional<Secret> hash_key;    // of the set: the hashes of whole files are keyed
  bool plain() const { return !compress && !key; }
};
/// `data_key` may be null: not encrypted.
Result<PageForm> make_page_form(bool compress, const Secret* data_key);

/// The pages of a block after packing; their lengths are known, so that the block can be given its place.
struct PackedBlock {
  std::vector<PackedPage> pages;
  uint32_t plain_length = 0;
  uint64_t stored_length = 0;
};
/// A look at every eighth page and the last: none is saved a tenth of in data that is compressed or random already, and
/// to try them all costs more than the copy does. The end of a table file, its index, mostly is.
bool pays_to_compress(std::string_view plain);
PackedBlock pack_block(std::string_view plain, const PageForm& form);
/// Fills `room` (stored_length bytes) and completes `range`, whose ids and place are set: lengths, flags, page table, salt
/// and hashes.
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
