// Which message a file of each type holds (docs/format/tree.md).
#include "core/engine/admin/dump_messages.h"

namespace seabed {

std::optional<std::string> message_of(FileType type) {
  switch (type) {
    case FileType::kFormat: return "seabed.meta.FormatInfo";
    case FileType::kCheckFile: return "seabed.meta.CheckFile";
    case FileType::kPlaceholder: return "seabed.meta.Placeholder";
    case FileType::kBackupSetInfo: return "seabed.meta.BackupSetDescriptor";
    case FileType::kTenantBackupSetInfos: return "seabed.meta.TenantBackupSetInfos";
    case FileType::kLsAttrInfo: return "seabed.meta.LsAttrInfo";
    case FileType::kLsMetaInfo: return "seabed.meta.LsMetaInfo";
    case FileType::kLsMetaInfos: return "seabed.meta.LsMetaInfos";
    case FileType::kTabletInfo: return "seabed.meta.TabletInfo";
    case FileType::kTabletLogStreamInfo: return "seabed.meta.TabletLogStreamInfo";
    case FileType::kTableList: return "seabed.meta.TableList";
    case FileType::kTableListMetaInfo: return "seabed.meta.TableListMetaInfo";
    case FileType::kLocalityInfo: return "seabed.meta.LocalityInfo";
    case FileType::kDiagnoseInfo: return "seabed.meta.DiagnoseInfo";
    case FileType::kTenantParameter: return "seabed.meta.Parameters";
    case FileType::kClusterParameter: return "seabed.meta.ClusterParameters";
    case FileType::kMacroBlockData: return "";
    case FileType::kMacroRangeIndex: return "seabed.meta.MacroRange";
    case FileType::kMetaIndex: return "seabed.meta.FileMeta";
    case FileType::kSecMetaIndex: return "seabed.meta.SecMeta";
    case FileType::kRound: return "seabed.meta.RoundInfo";
    case FileType::kPieceInfo: return "seabed.meta.PieceDescriptor";
    case FileType::kTenantPieceInfos: return "seabed.meta.TenantArchivePieceInfos";
    case FileType::kCheckpointInfo: return "seabed.meta.CheckpointInfo";
    case FileType::kCheckpoint: return "seabed.meta.Checkpoint";
    case FileType::kPieceFileList: return "seabed.meta.PieceFileList";
    case FileType::kLsFileList: return "seabed.meta.LsFileList";
    case FileType::kLogFile: return "seabed.meta.LogFileHeader";
    case FileType::kSchemaMeta: return "seabed.meta.DictionaryFold";
    case FileType::kHole: return "seabed.meta.HoleRecord";
    case FileType::kLease: return "seabed.meta.Lease";
    case FileType::kLogFormatMeta: return "seabed.meta.LogFormatMeta";
    case FileType::kLogSealMeta: return "seabed.meta.LogSealMeta";
    case FileType::kKeyBackup: return "seabed.meta.KeyBackup";
    case FileType::kTombstone: return "seabed.meta.Tombstone";
    case FileType::kReaderLease: return "seabed.meta.ReaderLease";
  }
  return std::nullopt;
}

}  // namespace seabed
