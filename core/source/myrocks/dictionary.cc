#include "core/source/myrocks/dictionary.h"

#include "core/source/myrocks/filename_decoding.h"
#include "core/source/myrocks/schema_file.h"

namespace seabed::myrocks {
namespace {

uint32_t number_at(std::string_view bytes, size_t at) {
  uint32_t out = 0;
  for (size_t i = 0; i < 4; ++i) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

}  // namespace

uint32_t kind_of(std::string_view key) { return key.size() < 4 ? 0 : number_at(key, 0); }

std::optional<TableEntry> parse_table_entry(std::string_view key, std::string_view value) {
  // value: 2-byte version, then family and number of each index
  if (kind_of(key) != kTableEntry || value.size() < 10 || (value.size() - 2) % 8 != 0) return std::nullopt;
  TableEntry out;
  out.raw = key.substr(4);
  const size_t dot = out.raw.find('.');
  if (dot == out.raw.npos || dot == 0 || dot + 1 == out.raw.size()) return std::nullopt;
  const std::string table = out.raw.substr(dot + 1);
  // Its files are looked for, and written, by these names.
  if (!is_restorable(out.raw.substr(0, dot) + "/" + table.substr(0, table.find("#P#")) + ".frm"))
    return std::nullopt;
  out.database = decode_filename(out.raw.substr(0, dot));
  out.table = decode_filename(table.substr(0, table.find("#P#")));
  for (size_t at = 2; at < value.size(); at += 8)
    out.indexes.push_back({number_at(value, at), number_at(value, at + 4)});
  return out;
}

std::optional<IndexId> index_of(std::string_view key) {
  const uint32_t kind = kind_of(key);
  if (key.size() < 12 || (kind != kIndexInfo && kind != kIndexStatistics && kind != kAutoIncrement))
    return std::nullopt;
  return IndexId{number_at(key, 4), number_at(key, 8)};
}

std::string key_prefix(uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
          static_cast<char>(n)};
}

}  // namespace seabed::myrocks
