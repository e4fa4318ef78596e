#include "core/source/rocksdb/file_identity.h"

#include <sys/stat.h>

#include <cerrno>
#include <map>

#include "core/base/bytes.h"
#include "core/base/checksum.h"
#include "core/base/fd.h"

namespace seabed::rocksdb_source {
namespace {

constexpr uint64_t kBlockBasedMagic = 0x88e241b785f4cff7ull;
constexpr size_t kFooterSize = 53;
constexpr size_t kTrailerSize = 5;         // compression type, checksum
constexpr uint64_t kBlockLimit = 4 << 20;  // metaindex and properties are a few KiB
constexpr uint32_t kExtendedMagic = 0x007a003e;

struct BlockHandle {
  uint64_t offset = 0, size = 0;
};

/// The metaindex handle of a footer; false when it is not of a block-based table.
bool parse_footer(std::string_view footer, uint64_t file_size, BlockHandle* metaindex) {
  if (footer.size() != kFooterSize || load_u64(footer.data() + 45) != kBlockBasedMagic) return false;
  const uint32_t version = load_u32(footer.data() + 41);
  if (version < 6) {
    ByteReader reader(footer.substr(1, 40));
    return reader.varint64(&metaindex->offset) && reader.varint64(&metaindex->size);
  }
  if (load_u32(footer.data() + 1) != kExtendedMagic) return false;
  metaindex->size = load_u32(footer.data() + 13);
  const uint64_t end = file_size - kFooterSize;
  if (metaindex->size + kTrailerSize > end) return false;
  metaindex->offset = end - kTrailerSize - metaindex->size;
  return true;
}

/// One raw block, or empty when its handle or compression is not what a metadata block has.
Result<std::string> read_block(int fd, const std::string& name, const BlockHandle& handle,
                               uint64_t file_size) {
  if (handle.size > kBlockLimit || handle.offset > file_size ||
      handle.size + kTrailerSize > file_size - handle.offset)
    return std::string();
  std::string block(handle.size + 1, '\0');
  SEABED_TRY(const size_t n, pread_full(fd, block, handle.offset, name));
  if (n != block.size() || block.back() != 0) return std::string();
  block.pop_back();
  return block;
}

/// Entries of a block with shared key prefixes; stops quietly at the first one that does not fit.
std::map<std::string, std::string> parse_block(std::string_view block) {
  std::map<std::string, std::string> out;
  if (block.size() < 4) return out;
  const uint64_t restarts = load_u32(block.data() + block.size() - 4) & 0x7fffffff;
  if (restarts * 4 + 4 > block.size()) return out;
  ByteReader reader(block.substr(0, block.size() - restarts * 4 - 4));
  std::string key;
  while (!reader.empty()) {
    uint32_t shared = 0, rest = 0, length = 0;
    std::string_view tail, value;
    if (!reader.varint32(&shared) || !reader.varint32(&rest) || !reader.varint32(&length) ||
        shared > key.size() || !reader.bytes(rest, &tail) || !reader.bytes(length, &value))
      break;
    key.resize(shared);
    key.append(tail);
    out[key] = value;
  }
  return out;
}

std::optional<TableOrigin> origin_from(const std::map<std::string, std::string>& properties) {
  const auto get = [&](const char* key) {
    const auto it = properties.find(key);
    return it == properties.end() ? std::string() : it->second;
  };
  TableOrigin origin{get("rocksdb.creating.db.identity"), get("rocksdb.creating.session.identity"), 0};
  const std::string number = get("rocksdb.original.file.number");
  ByteReader reader(number);
  if (origin.session_id.empty() || !reader.varint64(&origin.original_number)) return std::nullopt;
  return origin;
}

}  // namespace

Result<std::optional<TableOrigin>> read_table_origin(int fd, const std::string& name) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) return fail_errno(name, "cannot be inspected", errno);
  const auto size = static_cast<uint64_t>(st.st_size);
  std::optional<TableOrigin> none;
  if (size < kFooterSize) return none;
  std::string footer(kFooterSize, '\0');
  SEABED_TRY(const size_t n, pread_full(fd, footer, size - kFooterSize, name));
  BlockHandle handle;
  if (n != kFooterSize || !parse_footer(footer, size, &handle)) return none;
  SEABED_TRY(const std::string metaindex, read_block(fd, name, handle, size));
  const auto names = parse_block(metaindex);
  const auto properties = names.find("rocksdb.properties");
  if (properties == names.end()) return none;
  ByteReader reader(properties->second);
  if (!reader.varint64(&handle.offset) || !reader.varint64(&handle.size)) return none;
  SEABED_TRY(const std::string block, read_block(fd, name, handle, size));
  return origin_from(parse_block(block));
}

std::string identity_of(const std::array<uint64_t, 2>& unique_id, const std::optional<TableOrigin>& origin,
                        uint64_t size) {
  std::string out;
  if (unique_id[0] != 0 || unique_id[1] != 0) {
    out = "u";
    put_be64(out, unique_id[0]);
    put_be64(out, unique_id[1]);
  } else if (origin) {
    std::string text;
    put_length_prefixed(text, origin->db_id);
    put_length_prefixed(text, origin->session_id);
    put_u64(text, origin->original_number);
    out = "o" + std::string(view(hash128(text)));
  } else {
    return out;
  }
  put_be64(out, size);
  return out;
}

}  // namespace seabed::rocksdb_source
