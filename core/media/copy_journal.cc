#include "core/media/copy_journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "core/base/bytes.h"
#include "core/base/log.h"

namespace seabed {
namespace {

constexpr size_t kMostBytes = 256u << 20;
enum Kind : char { kShape = 'S', kSource = 'F', kEndOfSources = 'E', kBlock = 'B', kUpload = 'U', kPart = 'P', kDone = 'D' };

/// Length, crc, body.
std::string framed(const std::string& body) {
  std::string out;
  put_u32(out, static_cast<uint32_t>(body.size()));
  put_u32(out, crc32c(body));
  return out + body;
}

void put_hash(std::string& out, const Hash128& hash) { out += view(hash); }
bool read_hash(ByteReader& in, Hash128* hash) {
  std::string_view bytes;
  if (!in.bytes(hash->size(), &bytes)) return false;
  std::ranges::copy(bytes, hash->begin());
  return true;
}

std::string shape_body(const std::string& shape) { return std::string(1, kShape) + shape; }
std::string source_body(const meta::FileMeta& file) { return std::string(1, kSource) + file.SerializeAsString(); }
std::string block_body(const JournalBlock& b) {
  std::string out(1, kBlock);
  put_u32(out, b.rank), put_u32(out, b.block), put_u32(out, b.file), put_u64(out, b.offset), put_u32(out, b.length);
  put_hash(out, b.hash);
  return out;
}
std::string upload_body(uint32_t file, const std::string& id) {
  std::string out(1, kUpload);
  put_u32(out, file);
  return out + id;
}
std::string part_body(uint32_t file, uint32_t number, const JournalPart& part) {
  std::string out(1, kPart);
  put_u32(out, file), put_u32(out, number), put_u64(out, part.size);
  put_hash(out, part.hash);
  return out + part.tag;
}
std::string done_body(uint32_t file, const JournalFile& whole) {
  std::string out(1, kDone);
  put_u32(out, file), put_u64(out, whole.size);
  put_hash(out, whole.hash);
  return out;
}

bool read_block(ByteReader in, CopyMemory* out) {
  JournalBlock b;
  if (!(in.u32(&b.rank) && in.u32(&b.block) && in.u32(&b.file) && in.u64(&b.offset) && in.u32(&b.length) &&
        read_hash(in, &b.hash)))
    return false;
  if (b.rank >= out->files.size() || b.length == 0) return false;
  out->blocks.push_back(b);
  return true;
}
bool read_part(ByteReader in, CopyMemory* out) {
  uint32_t file = 0, number = 0;
  JournalPart part;
  if (!(in.u32(&file) && in.u32(&number) && in.u64(&part.size) && read_hash(in, &part.hash))) return false;
  part.tag = in.rest();
  out->parts[{file, number}] = std::move(part);
  return true;
}
bool read_done(ByteReader in, CopyMemory* out) {
  uint32_t file = 0;
  JournalFile whole;
  if (!(in.u32(&file) && in.u64(&whole.size) && read_hash(in, &whole.hash))) return false;
  out->done[file] = whole;
  return true;
}

/// False: this record and what is behind it is not believed.
bool read_record(std::string_view body, CopyMemory* out, bool* sources_whole) {
  const char kind = body[0];
  ByteReader in(body.substr(1));
  uint32_t file = 0;
  switch (kind) {
    case kShape: out->shape = in.rest(); return true;
    case kSource: return out->files.emplace_back().ParseFromArray(in.rest().data(), static_cast<int>(in.rest().size()));
    case kEndOfSources: *sources_whole = true; return true;
    case kBlock: return read_block(in, out);
    case kUpload:
      if (!in.u32(&file)) return false;
      out->uploads[file] = in.rest();
      return true;
    case kPart: return read_part(in, out);
    case kDone: return read_done(in, out);
    default: return false;
  }
}

/// Lanes write their blocks down as they fill them: in the order of the files, and as far as nothing is missing.
void put_in_order(CopyMemory* memory) {
  auto& blocks = memory->blocks;
  std::ranges::sort(blocks, {}, [](const JournalBlock& b) { return std::pair(b.file, b.offset); });
  size_t whole = 0;
  for (; whole < blocks.size(); ++whole) {
    const JournalBlock& b = blocks[whole];
    const bool first = whole == 0 || blocks[whole - 1].file != b.file;
    if (first && b.file != (whole == 0 ? 0 : blocks[whole - 1].file + 1)) break;
    if (first && b.offset != kDataFileHeader) break;
    if (!first && b.offset != blocks[whole - 1].offset + blocks[whole - 1].length) break;
  }
  keep_blocks(memory, whole);
}

}  // namespace

void keep_blocks(CopyMemory* memory, size_t count) {
  auto& blocks = memory->blocks;
  if (count >= blocks.size()) return;
  const bool inside = count > 0 && blocks[count - 1].file == blocks[count].file;
  const uint32_t file = inside ? blocks[count].file : count > 0 ? blocks[count - 1].file + 1 : 0;
  const uint64_t end = inside ? blocks[count - 1].offset + blocks[count - 1].length : 0;   // of what is kept of it
  blocks.resize(count);
  uint64_t part_bytes = 0;
  for (const auto& [at, part] : memory->parts) part_bytes = std::max(part_bytes, part.size);
  std::erase_if(memory->parts, [&](const auto& entry) {
    const auto& [at, part] = entry;
    return at.first > file || (at.first == file && (at.second - 1) * part_bytes + part.size > end);
  });
  std::erase_if(memory->done, [&](const auto& entry) { return entry.first >= file; });
}

Result<std::unique_ptr<CopyJournal>> CopyJournal::create(const std::string& path, const CopyMemory& memory) {
  SEABED_CHECK(make_directories(std::filesystem::path(path).parent_path()));
  std::unique_ptr<CopyJournal> out(new CopyJournal(path));
  SEABED_CHECK(out->rewrite(memory));
  return out;
}

Status CopyJournal::rewrite(const CopyMemory& memory) {
  std::lock_guard lock(mutex_);
  const std::string fresh = path_ + ".new";
  fd_ = Fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
  bool good = fd_ && write(shape_body(memory.shape));
  for (const auto& file : memory.files) good = good && write(source_body(file));
  good = good && write(std::string(1, kEndOfSources));
  for (const auto& b : memory.blocks) good = good && write(block_body(b));
  for (const auto& [file, id] : memory.uploads) good = good && write(upload_body(file, id));
  for (const auto& [at, part] : memory.parts) good = good && write(part_body(at.first, at.second, part));
  for (const auto& [file, whole] : memory.done) good = good && write(done_body(file, whole));
  silent_ = !good || ::rename(fresh.c_str(), path_.c_str()) != 0;
  if (silent_) return fail_errno(path_, "cannot be written", errno);
  return ok();
}

Result<CopyMemory> CopyJournal::read(const std::string& path) {
  SEABED_TRY(const std::string bytes, read_file(path, kMostBytes));
  CopyMemory out;
  bool sources_whole = false;
  ByteReader in(bytes);
  uint32_t length = 0, crc = 0;
  std::string_view body;
  while (in.u32(&length) && in.u32(&crc) && length > 0 && in.bytes(length, &body))
    if (crc32c(body) != crc || !read_record(body, &out, &sources_whole)) break;
  if (!sources_whole) return fail(Code::kCorruption, path, "does not even tell what was to be copied");
  put_in_order(&out);
  return out;
}

bool CopyJournal::write(const std::string& body) {
  const std::string record = framed(body);
  return ::write(fd_.get(), record.data(), record.size()) == static_cast<ssize_t>(record.size());
}

void CopyJournal::append(const std::string& body) {
  std::lock_guard lock(mutex_);
  if (silent_ || write(body)) return;
  silent_ = true;
  log::warn("backup: {} cannot be written: after a kill, the copy would send its parts again", path_);
}

void CopyJournal::block(const JournalBlock& b) { append(block_body(b)); }
void CopyJournal::upload(uint32_t file, const std::string& id) { append(upload_body(file, id)); }
void CopyJournal::part(uint32_t file, uint32_t number, const JournalPart& p) { append(part_body(file, number, p)); }
void CopyJournal::done(uint32_t file, const JournalFile& whole) { append(done_body(file, whole)); }

}  // namespace seabed
