#include "core/format/stored_page.h"

#include <spdlog/fmt/fmt.h>
#include <zstd.h>

#include "core/base/bytes.h"
#include "core/format/meta.pb.h"

namespace seabed {
namespace {

constexpr uint32_t kCompressed = 1u << 31;
constexpr uint32_t kMaxPages = 1024;

tl::unexpected<Error> damaged(const std::string& what, std::string reason) {
  return fail(Code::kCorruption, what, std::move(reason), "run seabed verify on the destination");
}

std::string nonce_of(const meta::MacroRange& range, const PagePlace& place) {
  std::string nonce;
  put_u32(nonce, range.at().file_id());
  put_u64(nonce, place.offset);
  return nonce;
}

/// Everything that says where the page belongs: moved bytes, or an index that was changed, do not open.
std::string place_text(const meta::MacroRange& r, uint32_t page, const PagePlace& place) {
  std::string text = "seabed page 1/";
  for (uint64_t v : {r.at().backup_set_id(), r.at().ls_id(), r.tablet_id(), r.logical_id(), place.offset}) put_u64(text, v);
  for (uint32_t v : {r.at().turn(), r.at().retry(), r.at().file_id(), r.block(), page, place.plain,
                     static_cast<uint32_t>(place.compressed)})
    put_u32(text, v);
  return text + r.at().kind();
}

Status unpack(std::string_view packed, bool compressed, std::span<char> plain, const std::string& what) {
  if (!compressed) {
    if (packed.size() != plain.size()) return damaged(what, "a page has another length than the index says");
    std::copy(packed.begin(), packed.end(), plain.begin());
    return ok();
  }
  const size_t got = ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) || got != plain.size()) return damaged(what, "a page cannot be decompressed");
  return ok();
}

}  // namespace

PackedPage pack_page(std::string_view plain, bool compress) {
  if (compress && !plain.empty()) {
    std::string out(ZSTD_compressBound(plain.size()), '\0');
    const size_t n = ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 1);
    if (!ZSTD_isError(n) && n <= plain.size() - plain.size() / 10) {
      out.resize(n);
      return {std::move(out), true};
    }
  }
  return {std::string(plain), false};
}

std::string_view plain_page_hashes(const meta::MacroRange& r) { return r.flags() == 0 ? r.page_hashes() : r.plain_hashes(); }

uint64_t plain_length(const meta::MacroRange& r) { return (r.flags() & kBlockPaged) != 0 ? r.plain_length() : r.at().length(); }

Result<std::vector<PagePlace>> page_places(const meta::MacroRange& r, const std::string& what) {
  const uint32_t flags = r.flags();
  if ((flags & ~(kBlockPaged | kBlockEncrypted)) != 0)
    return fail(Code::kUnsupported, what, fmt::format("block flags {:#x} are not known", flags),
                "use a newer version of Seabed");
  const bool paged = (flags & kBlockPaged) != 0, encrypted = (flags & kBlockEncrypted) != 0;
  const uint64_t length = plain_length(r), pages = (length + kStoredPagePlain - 1) / kStoredPagePlain;
  const bool salted = r.salt().size() == kSaltBytes;
  const bool sound_hashes = r.plain_hashes().empty() || (paged && !encrypted && r.plain_hashes().size() == pages * 8);
  if (pages > kMaxPages || (encrypted && (!paged || !salted)) || r.page_table().size() != (paged ? pages * 4 : 0) || !sound_hashes)
    return damaged(what, "the page table of a block makes no sense");
  std::vector<PagePlace> out;
  uint64_t at = r.at().offset();
  for (uint32_t i = 0; i < pages; ++i) {
    const auto plain = static_cast<uint32_t>(std::min<uint64_t>(kStoredPagePlain, length - uint64_t{i} * kStoredPagePlain));
    const uint32_t word = paged ? load_u32(&r.page_table()[i * 4]) : plain;
    const uint32_t stored = word & ~kCompressed, tag = encrypted ? kTagBytes : 0;
    const bool compressed = (word & kCompressed) != 0;
    const uint32_t most = (compressed ? plain - plain / 10 : plain) + tag;   // as pack_page makes them
    if (stored > most || (!compressed && stored != most) || stored < tag)
      return damaged(what, "the page table of a block makes no sense");
    out.push_back({at, stored, plain, compressed});
    at += stored;
  }
  if (at - r.at().offset() != r.at().length()) return damaged(what, "the page table of a block has another length than the block");
  return out;
}

Result<Secret> attempt_key(const Secret& data_key, std::string_view salt) {
  return derive_key(data_key, salt, "seabed pages 1");
}

Result<std::string> encrypt_page(const Secret& key, const meta::MacroRange& range, uint32_t page, const PagePlace& place,
                                 std::string_view packed) {
  return seal(key, nonce_of(range, place), place_text(range, page, place), packed);
}

Status load_page(const meta::MacroRange& range, uint32_t page, const PagePlace& place, std::string_view stored,
                 const Secret* key, std::span<char> plain, const std::string& what) {
  if (stored.size() != place.stored || plain.size() != place.plain) return damaged(what, "a page has another length than the index says");
  if ((range.flags() & kBlockEncrypted) == 0) return unpack(stored, place.compressed, plain, what);
  if (key == nullptr) return fail(Error{Code::kPermissionDenied, what, "is encrypted and no key is at hand", "give the key", 0, 9047});
  std::string packed;
  if (!unseal(*key, nonce_of(range, place), place_text(range, page, place), stored, &packed))
    return damaged(what, "a page does not open: its bytes are not those that were written here");
  return unpack(packed, place.compressed, plain, what);
}

}  // namespace seabed
