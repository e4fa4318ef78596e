// Macroblock data (docs/format/backup-set.md): bytes of a range, or each block proved by the range index
// beside the file.
#include <spdlog/fmt/fmt.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "core/base/bytes.h"
#include "core/engine/admin/dump_parts.h"
#include "core/flow/macroblock.h"
#include "core/format/stored_page.h"
#include "core/format/index_file.h"

namespace seabed::dump {
namespace {

constexpr uint64_t kRow = 32, kReadPiece = 1 << 20;

Status dump_bytes(File& file, const DumpOptions& options, DumpSink& sink) {
  sink.head(file.facts, "rows");
  const uint64_t size = file.object.size(), begin = std::min(options.offset, size);
  const uint64_t end = options.limit == 0 ? size : begin + std::min(options.limit, size - begin);
  for (uint64_t at = begin; at < end;) {
    SEABED_TRY(std::string piece, read_exactly(file.object, at, std::min(kReadPiece, end - at)));
    if (piece.empty()) break;
    for (uint64_t row = 0; row < piece.size(); row += kRow)
      sink.item({{"at", at + row}, {"hex", to_hex(std::string_view(piece).substr(row, kRow))}});
    at += piece.size();
  }
  sound(sink, {{"bytes_shown", end - begin},
               {"verdict", "not checked: bytes of a range carry no checksum of their own"}});
  return ok();
}

/// macro_block_data.<f>.obbak
std::optional<uint32_t> file_number(std::string_view key) {
  constexpr std::string_view kName = "macro_block_data.";
  const size_t at = key.rfind(kName);
  if (at == std::string_view::npos) return std::nullopt;
  key.remove_prefix(at + kName.size());
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error != std::errc() || std::string_view(end, key.data() + key.size() - end) != ".obbak")
    return std::nullopt;
  return number;
}

/// Empty: the block is what was written.
Result<std::string> check_block(File& file, const meta::MacroRange& range) {
  const meta::PhysicalId& at = range.at();
  const uint64_t most = kMacroblockSize + kMacroblockSize / kPageSize * kTagBytes;   // as stored, encrypted
  if (at.length() > most || at.offset() < kFileHeaderSize)
    return fmt::format("the index names a block of {} bytes here", at.length());
  SEABED_TRY(std::string block, read_exactly(file.object, at.offset(), at.length()));
  if (block.size() != at.length())
    return fmt::format("the file ends at byte {}, inside this block", file.object.size());
  if (view(hash128(block)) != range.hash128()) return std::string("its checksum does not hold");
  return std::string();
}

struct FirstBad {
  bool found = false;
  uint64_t at = 0, end = 0;
  std::string reason;
};

Status give_blocks(File& file, IndexReader& index, uint32_t number, const DumpOptions&, DumpSink& sink,
                   FirstBad* bad, uint64_t* blocks) {
  meta::MacroRange range;
  while (true) {
    SEABED_TRY(bool more, index.next(&range));
    if (!more) return ok();
    if (range.at().file_id() != number) continue;
    SEABED_TRY(std::string reason, check_block(file, range));
    const uint64_t at = range.at().offset(), end = at + range.at().length();
    if (!reason.empty() && !bad->found) *bad = {true, at, end, reason};
    ++*blocks;
    sink.item({{"at", at},
               {"length", range.at().length()},
               {"plain_length", plain_length(range)},
               {"encrypted", (range.flags() & kBlockEncrypted) != 0},
               {"tablet_id", range.tablet_id()},
               {"logical_id", range.logical_id()},
               {"block", range.block()},
               {"holds", reason.empty()}});
  }
}

}  // namespace

Status dump_blocks(File& file, const DumpOptions& options, DumpSink& sink) {
  if (options.ranged) return dump_bytes(file, options, sink);
  const auto number = file_number(file.key);
  const std::string index_key = directory_of(file.key) + "macro_range_index.obbak";
  auto stat = file.medium.store->stat(index_key, file.medium.io());
  if (!number || !stat) {
    sink.head(file.facts, "blocks");
    sound(sink,
          {{"verdict",
            "not checked: the pages are proved by macro_range_index.obbak, which is not beside the file"}});
    return ok();
  }
  auto read = [&](uint64_t offset, std::span<char> buffer) {
    return file.medium.store->read_at(index_key, offset, buffer, file.medium.io());
  };
  file.facts["range_index"] = index_key;
  sink.head(file.facts, "blocks");
  auto index = IndexReader::open(FileType::kMacroRangeIndex, stat->size, read, file.medium.name(index_key));
  if (!index) return refused(sink, "range index beside the file", index.error(), Json::object());
  FirstBad bad;
  uint64_t blocks = 0;
  Status status = give_blocks(file, *index, *number, options, sink, &bad, &blocks);
  Json tail = {{"blocks_shown", blocks}};
  if (!status) return refused(sink, "range index beside the file", status.error(), std::move(tail));
  if (bad.found)
    return damaged(file, sink, "checksum of a block", bad.at, bad.end, bad.reason, std::move(tail));
  sound(sink, std::move(tail));
  return ok();
}

}  // namespace seabed::dump
