#include "core/media/stored_block.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/base/checksum.h"
#include "core/flow/macroblock.h"

namespace seabed {

Result<PageForm> make_page_form(PageCompression compression, const Secret* data_key) {
  PageForm form;
  form.compression = compression;
  if (data_key == nullptr) return form;
  SEABED_TRY(form.salt, random_bytes(kSaltBytes));
  SEABED_TRY(form.key, attempt_key(*data_key, form.salt));
  SEABED_TRY(form.hash_key, hash_key(*data_key));
  return form;
}

namespace {

constexpr size_t kTellsNothing = 4096;   // a shorter page may not pay where the one before it does

/// The last page pays, or the one before a very short one.
bool end_pays(std::string_view plain) {
  const size_t last = (plain.size() - 1) / kStoredPagePlain * kStoredPagePlain;
  if (pack_page(plain.substr(last), true).compressed) return true;
  return last != 0 && plain.size() - last < kTellsNothing &&
         pack_page(plain.substr(last - kStoredPagePlain, kStoredPagePlain), true).compressed;
}

}  // namespace

bool pays_to_compress(std::string_view plain, PageCompression tried) {
  constexpr size_t kStride = 8 * kStoredPagePlain;
  if (plain.empty() || tried == PageCompression::kNone) return false;
  if (end_pays(plain)) return true;
  if (tried == PageCompression::kMetadata) return false;
  for (size_t at = 0; at < plain.size(); at += kStride)
    if (pack_page(plain.substr(at, kStoredPagePlain), true).compressed) return true;
  return false;
}

PackedBlock pack_block(std::string_view plain, PageCompression tried, bool encrypted) {
  PackedBlock out;
  out.plain_length = static_cast<uint32_t>(plain.size());
  out.pages.resize((plain.size() + kStoredPagePlain - 1) / kStoredPagePlain);
  bool compress = tried != PageCompression::kNone;
  for (size_t i = out.pages.size(); i-- > 0;) {
    PackedPage& page = out.pages[i];
    page = pack_page(plain.substr(i * kStoredPagePlain, kStoredPagePlain), compress);
    if (tried == PageCompression::kMetadata) compress = compress && (page.compressed || page.bytes.size() < kTellsNothing);
    out.stored_length += page.bytes.size() + (encrypted ? kTagBytes : 0);
  }
  return out;
}

Status store_block(const PackedBlock& block, const PageForm& form, meta::MacroRange* range, std::span<char> room) {
  if (room.size() != block.stored_length) return fail(Code::kInternal, "macroblock", "got room of another length");
  range->set_flags(kBlockPaged | (form.key ? kBlockEncrypted : 0));
  range->set_plain_length(block.plain_length);
  range->set_salt(form.salt);
  range->mutable_at()->set_length(static_cast<uint32_t>(block.stored_length));
  std::string table, hashes;
  PagePlace place{range->at().offset(), 0, 0, false};
  size_t at = 0;
  for (size_t i = 0; i < block.pages.size(); ++i) {
    const PackedPage& page = block.pages[i];
    place.plain = static_cast<uint32_t>(std::min<uint64_t>(kStoredPagePlain, block.plain_length - i * uint64_t{kStoredPagePlain}));
    place.compressed = page.compressed;
    place.stored = static_cast<uint32_t>(page.bytes.size() + (form.key ? kTagBytes : 0));
    const char* bytes = page.bytes.data();
    std::string sealed;
    if (form.key) {
      SEABED_TRY(sealed, encrypt_page(*form.key, *range, static_cast<uint32_t>(i), place, page.bytes));
      bytes = sealed.data();
    }
    std::copy_n(bytes, place.stored, room.data() + at);
    hashes += page_hash({room.data() + at, place.stored});
    put_u32(table, place.stored | (page.compressed ? 1u << 31 : 0));
    at += place.stored;
    place.offset += place.stored;
  }
  range->set_page_table(table);
  range->set_page_hashes(hashes);
  range->set_hash128(std::string(view(hash128({room.data(), room.size()}))));
  return ok();
}

LoadedPages load_pages(const meta::MacroRange& range, const std::vector<PagePlace>& places, uint32_t first,
                       std::string_view stored, const Secret* attempt_key, std::span<char> plain, const std::string& what) {
  LoadedPages out;
  const std::string_view hashes = range.page_hashes();
  size_t at = 0;
  for (size_t from = 0; from < plain.size(); ++out.sound) {
    const uint32_t page = first + static_cast<uint32_t>(out.sound);
    const PagePlace& place = places[page];
    const auto refuse = [&](std::string reason) {
      out.problem = Error{Code::kCorruption, what, std::move(reason), "run seabed verify on the destination", 0, 0};
    };
    if (at + place.stored > stored.size()) return refuse("ends inside a page"), out;
    const std::string_view bytes = stored.substr(at, place.stored);
    if (page_hash(bytes) != hashes.substr(page * kPageHashSize, kPageHashSize))
      return refuse("checksum of the page does not hold"), out;
    if (auto s = load_page(range, page, place, bytes, attempt_key, plain.subspan(from, place.plain), what); !s)
      return out.problem = s.error(), out;
    at += place.stored;
    from += place.plain;
  }
  return out;
}

}  // namespace seabed
