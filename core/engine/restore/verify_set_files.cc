// One reader for every kind of file of a set, by its place in the tree.

#include <functional>

#include "core/engine/restore/verify_report.h"

namespace seabed::restore {
namespace {

template <class Message>
Status decode_as(const Medium& medium, const std::string& key, FileType type, Findings* findings) {
  Message message;
  SEABED_TRY(bool good, check_message(medium, key, type, &message, findings));
  (void)good;
  return ok();
}

template <class Entry>
Status walk_index(const Medium& medium, const std::string& key, FileType type, Findings* findings) {
  auto walk = [&]() -> Status {
    SEABED_TRY(ObjectStat stat, medium.store->stat(key, medium.io()));
    auto read = [&](uint64_t offset, std::span<char> buffer) {
      return medium.store->read_at(key, offset, buffer, medium.io());
    };
    SEABED_TRY(IndexReader reader, IndexReader::open(type, stat.size, read, medium.name(key)));
    for (Entry entry;;) {
      SEABED_TRY(bool more, reader.next(&entry));
      if (!more) return ok();
    }
  };
  auto s = walk();
  if (s) return ok();
  if (s.error().code == Code::kNotFound) return findings->error(medium.name(key), "is missing"), ok();
  return findings->take(s.error());
}

/// The file header of macroblock data; its blocks are proved through the indexes and the file list.
Status decode_data(const Medium& medium, const std::string& key, Findings* findings) {
  auto head = read_range(*medium.store, key, 0, kFileHeaderSize, medium.io());
  if (!head) return head.error().code == Code::kNotFound ? ok() : findings->take(head.error());
  auto header = decode_file_header(*head, medium.name(key));
  if (!header) return findings->take(header.error());
  if (header->type != FileType::kMacroBlockData)
    findings->error(medium.name(key), "holds no macroblock data");
  return ok();
}

using Decode = std::function<Status(const Medium&, const std::string&, FileType, Findings*)>;
struct Rule {
  std::string_view begins;  // of the last segment
  FileType type;
  Decode decode;
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules{
      {"tenant_backup_set_infos.", FileType::kTenantBackupSetInfos, decode_as<meta::TenantBackupSetInfos>},
      {"diagnose_info.", FileType::kDiagnoseInfo, decode_as<meta::DiagnoseInfo>},
      {"locality_info.", FileType::kLocalityInfo, decode_as<meta::LocalityInfo>},
      {"tenant_parameter.", FileType::kTenantParameter, decode_as<meta::Parameters>},
      {"table_list_meta_info.", FileType::kTableListMetaInfo, decode_as<meta::TableListMetaInfo>},
      {"table_list.", FileType::kTableList, decode_as<meta::TableList>},
      {"ls_attr_info.", FileType::kLsAttrInfo, decode_as<meta::LsAttrInfo>},
      {"ls_meta_infos.", FileType::kLsMetaInfos, decode_as<meta::LsMetaInfos>},
      {"ls_meta_info.", FileType::kLsMetaInfo, decode_as<meta::LsMetaInfo>},
      {"tablet_info.", FileType::kTabletInfo, decode_as<meta::TabletInfo>},
      {"tablet_log_stream_info.", FileType::kTabletLogStreamInfo, decode_as<meta::TabletLogStreamInfo>},
      {"macro_range_index.", FileType::kMacroRangeIndex, walk_index<meta::MacroRange>},
      {"sec_meta_index.", FileType::kSecMetaIndex, walk_index<meta::SecMeta>},
      {"meta_index.", FileType::kMetaIndex, walk_index<meta::FileMeta>},
      {"backup_set_", FileType::kPlaceholder, decode_as<meta::Placeholder>},
  };
  return kRules;
}

/// "tenant_major_data_meta_index.0.obbak" is read as "meta_index.0.obbak".
std::string_view plain_index_name(std::string_view name) {
  for (std::string_view kind : {"tenant_sys_data_", "tenant_minor_data_", "tenant_major_data_"})
    if (name.starts_with(kind)) return name.substr(kind.size());
  return name;
}

}  // namespace

Status decode_set_file(const BackupReader& reader, const SetFacts&, const std::string& key,
                       Findings* findings) {
  if (key.find("/complement_log/") != key.npos) return ok();   // read as the archive that it is
  const std::string_view name = plain_index_name(std::string_view(key).substr(key.rfind('/') + 1));
  if (name.starts_with("macro_block_data.")) return decode_data(reader.medium(), key, findings);
  for (const Rule& rule : rules())
    if (name.starts_with(rule.begins)) return rule.decode(reader.medium(), key, rule.type, findings);
  findings->error(reader.medium().name(key), "is listed in the set and no reader knows it");
  return ok();
}

}  // namespace seabed::restore
