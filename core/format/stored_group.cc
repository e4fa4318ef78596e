#include "core/format/stored_group.h"

#include <spdlog/fmt/fmt.h>
#include <zstd.h>

#include "core/base/bytes.h"
#include "core/format/meta.pb.h"

namespace seabed {
namespace {

std::string nonce_of(uint64_t offset) {
  std::string nonce;
  put_u64(nonce, offset);
  nonce.resize(kNonceBytes, '\0');
  return nonce;
}

/// The file, the offset and everything that the group's header tells but the payload's hash.
std::string bound_to(const LogGroup& g, const LogFileCipher& cipher, uint64_t offset, uint64_t stored_length) {
  std::string text = "seabed group 1/" + cipher.place;
  for (uint64_t v : {offset, stored_length, static_cast<uint64_t>(g.type), static_cast<uint64_t>(g.stamp),
                     static_cast<uint64_t>(g.stored), g.scn_lo, g.scn_hi, g.clock_error_ns, g.incarnation, g.epoch})
    put_u64(text, v);
  put_length_prefixed(text, g.begin.bytes);
  put_length_prefixed(text, g.end.bytes);
  return text;
}

/// Plain length (4 bytes), then the zstd frame; empty when it would save less than a tenth.
std::string compressed(std::string_view plain) {
  std::string out;
  put_u32(out, static_cast<uint32_t>(plain.size()));
  out.resize(4 + ZSTD_compressBound(plain.size()));
  const size_t n = ZSTD_compress(&out[4], out.size() - 4, plain.data(), plain.size(), 1);
  if (ZSTD_isError(n) || n + 4 > plain.size() - plain.size() / 10) return {};
  out.resize(4 + n);
  return out;
}

Status decompress(std::string* payload, const std::string& what) {
  auto bad = [&](const char* reason) { return fail(Code::kCorruption, what, reason, "run seabed verify on the destination"); };
  if (payload->size() < 4) return bad("a compressed log group is too short");
  const size_t length = load_u32(payload->data());
  const std::string_view frame = std::string_view(*payload).substr(4);
  // The frame tells its own length too: nothing is allocated on the word of four bytes alone.
  if (length > kMaxGroupPayload || ZSTD_getFrameContentSize(frame.data(), frame.size()) != length)
    return bad("a compressed log group names an impossible length");
  std::string plain(length, '\0');
  const size_t got = ZSTD_decompress(plain.data(), plain.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) || got != length) return bad("a log group cannot be decompressed");
  *payload = std::move(plain);
  return ok();
}

}  // namespace

Result<Secret> log_file_key(const Secret& data_key, std::string_view salt) {
  if (salt.size() != kSaltBytes) return fail(Code::kCorruption, "log file", "its header has no salt for its key");
  return derive_key(data_key, salt, "seabed log file 1");
}

std::string log_file_place(const meta::LogFileHeader& h) {
  std::string place;
  for (uint64_t v : {h.tenant_id(), h.dest_id(), h.round_id(), h.piece_id(), h.ls_id(), uint64_t{h.file_id()}})
    put_u64(place, v);
  if (h.bound() == 0) return place;
  for (uint64_t v : {uint64_t{h.bound()}, h.epoch(), h.incarnation(), uint64_t{h.previous_file_id()}, h.previous_length(),
                     h.previous_piece_id(), h.created_scn(), h.key().master_key_id()})
    put_u64(place, v);
  for (const std::string& text : {h.writer(), h.previous_hash128(), h.start_lsn(), h.key().master_key(), h.key().salt(),
                                  h.key().wrapped(), h.salt(), h.clear_master()})
    put_length_prefixed(place, text);
  return place;
}

std::string clear_log_proof(const Secret& clear_key, const meta::LogFileHeader& header) {
  return keyed_hash(clear_key, "seabed clear log 1/" + log_file_place(header));   // longer than a whole digest: not cut
}

Result<std::string> store_group(LogGroup g, const LogFileCipher* cipher, bool compress, uint64_t offset) {
  if (g.stored != 0 || g.payload.size() > kMaxGroupPayload)
    return fail(Code::kInternal, "log group", "is stored already, or longer than a group can be");
  if (compress)
    if (std::string small = compressed(g.payload); !small.empty()) {
      g.payload = std::move(small);
      g.stored |= kGroupCompressed;
    }
  if (cipher != nullptr) {
    g.stored |= kGroupEncrypted;
    const std::string bound = bound_to(g, *cipher, offset, g.payload.size() + kTagBytes);
    SEABED_TRY(g.payload, seal(cipher->file_key, nonce_of(offset), bound, g.payload));
  }
  return encode_group(g);
}

Status load_group(LogGroup* g, const LogFileCipher* cipher, uint64_t offset, const std::string& what) {
  if ((g->stored & kGroupEncrypted) != 0) {
    if (cipher == nullptr)
      return fail(Error{Code::kPermissionDenied, what, "is encrypted and no key is at hand", "give the key backup and its password", 0, 9047});
    std::string plain;
    if (!unseal(cipher->file_key, nonce_of(offset), bound_to(*g, *cipher, offset, g->payload.size()), g->payload, &plain))
      return fail(Code::kCorruption, what, fmt::format("the log group at byte {} does not open: it was not written here", offset),
                  "run seabed verify on the destination");
    g->payload = std::move(plain);
  }
  if ((g->stored & kGroupCompressed) != 0) SEABED_CHECK(decompress(&g->payload, what));
  if (g->payload.size() > kMaxGroupPayload) return fail(Code::kCorruption, what, "a log group is too long");
  g->stored = 0;
  return ok();
}

}  // namespace seabed
