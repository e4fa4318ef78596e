#include "core/format/index_file.h"

#include <spdlog/fmt/fmt.h>

#include "core/base/bytes.h"

namespace seabed {
namespace {

constexpr uint32_t kChunkMagic = 0x31434953;  // "SIC1"
constexpr std::string_view kFooterMagic{"SBIDXEND", 8};
constexpr size_t kMaxTrailer = 64 << 10;

/// Over the chunk's lengths and body: neither a wrong count nor a wrong length passes.
Hash128 chunk_hash(uint32_t length, uint32_t entries, std::string_view body) {
  std::string lengths;
  put_u32(lengths, length);
  put_u32(lengths, entries);
  Hasher128 h;
  h.update(lengths);
  h.update(body);
  return h.digest();
}

std::string footer(uint64_t trailer_offset, std::string_view trailer) {
  std::string out;
  put_u64(out, trailer_offset);
  put_u32(out, static_cast<uint32_t>(trailer.size()));
  put_u32(out, 0);
  Hasher128 h;
  h.update(trailer);
  h.update(out);
  Hash128 hash = h.digest();
  return out.append(view(hash)).append(kFooterMagic);
}

}  // namespace

IndexWriter::IndexWriter(FileType type, std::string kind, ByteSink sink)
    : type_(type), sink_(std::move(sink)) {
  trailer_.set_kind(std::move(kind));
}

Status IndexWriter::emit(std::string_view bytes) {
  if (dead_) return fail(Code::kInternal, "index writer", "used after an error or after finish");
  if (auto s = sink_(bytes); !s) {
    dead_ = true;
    return s;
  }
  written_ += bytes.size();
  return ok();
}

Status IndexWriter::emit_header() { return written_ == 0 ? emit(encode_file_header({.type = type_})) : ok(); }

Status IndexWriter::add(const google::protobuf::MessageLite& entry) {
  std::string bytes = entry.SerializeAsString();
  if (bytes.size() > kMaxIndexEntry)
    return fail(Code::kInvalidArgument, "index entry", fmt::format("{} bytes are too many", bytes.size()));
  if (dead_) return fail(Code::kInternal, "index writer", "used after an error or after finish");
  put_length_prefixed(chunk_, bytes);
  ++chunk_entries_;
  trailer_.set_entries(trailer_.entries() + 1);
  return chunk_.size() >= kIndexChunkTarget ? close_chunk() : ok();
}

Status IndexWriter::close_chunk() {
  if (chunk_entries_ == 0) return ok();
  SEABED_CHECK(emit_header());
  const auto length = static_cast<uint32_t>(chunk_.size());
  std::string out;
  out.reserve(kIndexChunkHeader + chunk_.size());
  put_u32(out, kChunkMagic);
  put_u32(out, length);
  put_u32(out, chunk_entries_);
  put_u32(out, 0);
  Hash128 hash = chunk_hash(length, chunk_entries_, chunk_);
  out.append(view(hash)).append(chunk_);
  trailer_.set_chunks(trailer_.chunks() + 1);
  trailer_.set_last_chunk_offset(written_);
  trailer_.set_last_chunk_length(out.size());
  hash_.update(out);
  chunk_.clear();
  chunk_entries_ = 0;
  return emit(out);
}

Status IndexWriter::finish(uint64_t parent_set_id) {
  SEABED_CHECK(close_chunk());
  SEABED_CHECK(emit_header());
  trailer_.set_parent_set_id(parent_set_id);
  Hash128 hash = hash_.digest();
  trailer_.set_hash128(std::string(view(hash)));
  const uint64_t at = written_;
  std::string trailer = trailer_.SerializeAsString();
  SEABED_CHECK(emit(trailer + footer(at, trailer)));
  dead_ = true;
  return ok();
}

tl::unexpected<Error> IndexReader::bad(std::string reason) const {
  return fail(Code::kCorruption, what_, std::move(reason), "run seabed verify on the destination");
}

Status IndexReader::read_exactly(uint64_t offset, size_t size, std::string* out) const {
  out->resize(size);
  SEABED_TRY(size_t got, read_(offset, std::span<char>(out->data(), size)));
  if (got != size)
    return bad(fmt::format("ends at byte {} where {} more were expected", offset + got, size - got));
  return ok();
}

Result<IndexReader> IndexReader::open(FileType type, uint64_t size, ReadAt read, std::string what) {
  IndexReader r;
  r.read_ = std::move(read);
  r.what_ = std::move(what);
  if (size < kFileHeaderSize + kIndexFooter)
    return r.bad(fmt::format("{} bytes are too short for an index", size));
  std::string head;
  SEABED_CHECK(r.read_exactly(0, kFileHeaderSize, &head));
  SEABED_TRY(FileHeader header, decode_file_header(head, r.what_));
  if (header.type != type)
    return r.bad(
        fmt::format("holds a {} where a {} belongs", file_type_name(header.type), file_type_name(type)));
  SEABED_CHECK(r.read_trailer(size));
  r.offset_ = kFileHeaderSize;
  return r;
}

Status IndexReader::read_trailer(uint64_t size) {
  std::string foot, trailer;
  SEABED_CHECK(read_exactly(size - kIndexFooter, kIndexFooter, &foot));
  const uint64_t at = load_u64(&foot[0]);
  const uint64_t length = load_u32(&foot[8]);
  if (length > kMaxTrailer || at < kFileHeaderSize || at > size || size - at != length + kIndexFooter)
    return bad("the footer does not point at a trailer");
  SEABED_CHECK(read_exactly(at, length, &trailer));
  if (footer(at, trailer) != foot) return bad("checksum of the trailer does not hold");
  if (!trailer_.ParseFromString(trailer)) return bad("the trailer is no IndexTrailer");
  chunks_end_ = at;
  return ok();
}

Status IndexReader::load_chunk() {
  std::string head;
  if (chunks_end_ - offset_ < kIndexChunkHeader) return bad(fmt::format("no chunk at byte {}", offset_));
  SEABED_CHECK(read_exactly(offset_, kIndexChunkHeader, &head));
  const uint32_t length = load_u32(&head[4]), entries = load_u32(&head[8]);
  const uint64_t left = chunks_end_ - offset_ - kIndexChunkHeader;
  if (load_u32(&head[0]) != kChunkMagic || load_u32(&head[12]) != 0 || length > kMaxIndexChunk ||
      length > left || entries == 0 || entries > length)
    return bad(fmt::format("no chunk at byte {}", offset_));
  SEABED_CHECK(read_exactly(offset_ + kIndexChunkHeader, length, &chunk_));
  if (view(chunk_hash(length, entries, chunk_)) != std::string_view(head).substr(16, sizeof(Hash128)))
    return bad(fmt::format("checksum of the chunk at byte {} does not hold", offset_));
  hash_.update(head);
  hash_.update(chunk_);
  rest_ = chunk_;
  chunk_left_ = entries;
  offset_ += kIndexChunkHeader + length;
  ++chunks_;
  return ok();
}

Status IndexReader::check_end() const {
  if (seen_ != trailer_.entries() || chunks_ != trailer_.chunks() ||
      view(hash_.digest()) != trailer_.hash128())
    return bad(fmt::format("{} entries in {} chunks found, {} in {} were written", seen_, chunks_,
                           trailer_.entries(), trailer_.chunks()));
  return ok();
}

Result<bool> IndexReader::next(google::protobuf::MessageLite* entry) {
  if (chunk_left_ == 0) {
    if (!rest_.empty()) return bad("a chunk holds more than its entries");
    if (offset_ == chunks_end_) {
      SEABED_CHECK(check_end());
      return false;
    }
    SEABED_CHECK(load_chunk());
  }
  ByteReader reader(rest_);
  std::string_view bytes;
  if (!reader.length_prefixed(&bytes) || bytes.size() > kMaxIndexEntry ||
      !entry->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return bad("an index entry cannot be read");
  rest_ = reader.rest();
  --chunk_left_;
  ++seen_;
  return true;
}

}  // namespace seabed
