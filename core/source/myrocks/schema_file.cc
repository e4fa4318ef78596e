#include "core/source/myrocks/schema_file.h"

#include <algorithm>
#include <cctype>

namespace seabed::myrocks {
namespace {

constexpr std::string_view kViewMark = "TYPE=VIEW";
constexpr char kPartitionEngine = 20;  // legacy_db_type of a partitioned table

/// The engine's name stands in the .frm with its length before it (2 bytes, or 1 in a partitioned table).
bool names_engine(std::string_view frm, std::string_view engine) {
  for (size_t at = frm.find(engine); at != std::string_view::npos; at = frm.find(engine, at + 1)) {
    const bool two = at >= 2 && frm[at - 1] == 0 && frm[at - 2] == static_cast<char>(engine.size());
    const bool one = at >= 1 && frm[at - 1] == static_cast<char>(engine.size());
    if (two || one) return true;
  }
  return false;
}

bool is_encoded_name(std::string_view name) {
  if (name.empty() || name.size() > 255 || name.find("..") != std::string_view::npos || name[0] == '.')
    return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '@' || c == '#' || c == '$' || c == '.' || c == '-';
  });
}

}  // namespace

SchemaFile kind_by_name(std::string_view name) {
  if (name.starts_with("#sql")) return SchemaFile::kIgnored;
  if (name == "db.opt") return SchemaFile::kOptions;
  if (name.ends_with(".frm")) return SchemaFile::kOtherTable;
  if (name.ends_with(".par")) return SchemaFile::kPartitions;
  if (name.ends_with(".TRG")) return SchemaFile::kTrigger;
  return SchemaFile::kIgnored;
}

bool is_partitioned(std::string_view frm) { return frm.size() > 3 && frm[3] == kPartitionEngine; }

SchemaFile kind_of_frm(std::string_view frm, bool has_innodb_data) {
  if (frm.starts_with(kViewMark)) return SchemaFile::kView;
  if (has_innodb_data) return SchemaFile::kInnodbTable;
  if (names_engine(frm, "ROCKSDB")) return SchemaFile::kRocksTable;
  return names_engine(frm, "InnoDB") ? SchemaFile::kInnodbTable : SchemaFile::kOtherTable;
}

std::string_view table_part(std::string_view name) {
  const size_t partition = name.find("#P#");
  if (partition != std::string_view::npos) return name.substr(0, partition);
  return name.substr(0, name.rfind('.'));
}

bool is_system_schema(std::string_view name) {
  return name == "mysql" || name == "sys" || name == "performance_schema" || name == "information_schema";
}

bool is_restorable(std::string_view path) {
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view schema = path.substr(0, slash), file = path.substr(slash + 1);
  if (!is_encoded_name(schema) || !is_encoded_name(file) || is_system_schema(schema)) return false;
  if (schema.starts_with("#rocksdb") || schema.find('.') != std::string_view::npos) return false;
  const SchemaFile kind = kind_by_name(file);
  return kind == SchemaFile::kOptions || kind == SchemaFile::kPartitions || kind == SchemaFile::kOtherTable;
}

}  // namespace seabed::myrocks
