#include "core/engine/statement/parse.h"

#include "core/engine/statement/clauses.h"

namespace seabed::statement {
namespace {

bool read_one(Scan& scan, Statement& out) {
  static constexpr Reader kReaders[] = {read_archive_dest,
                                        read_archive_state,
                                        read_data_dest,
                                        read_archive_log,
                                        read_backup,
                                        read_cancel_backup,
                                        read_show_parameters,
                                        read_select,
                                        read_cluster_parameters,
                                        read_backup_key,
                                        read_set_encryption,
                                        read_set_decryption,
                                        read_change_storage,
                                        read_restore_preview,
                                        read_restore,
                                        read_show_preview,
                                        read_cancel_restore,
                                        read_recover_table,
                                        read_cancel_recover_table,
                                        read_log_restore_source,
                                        read_recover_standby,
                                        read_activate_standby,
                                        read_run_upgrade,
                                        read_add_policy,
                                        read_drop_policy,
                                        read_cancel_delete,
                                        read_delete,
                                        read_refused,
                                        read_set_parameter};
  for (Reader reader : kReaders) {
    if (reader(scan, out)) return true;
    if (scan.is_wrong()) return false;
  }
  return false;
}

struct NameOf {
  std::string operator()(const SetArchiveDest&) { return "SET LOG_ARCHIVE_DEST"; }
  std::string operator()(const SetArchiveState&) { return "SET LOG_ARCHIVE_DEST_STATE"; }
  std::string operator()(const SetDataDest&) { return "SET DATA_BACKUP_DEST"; }
  std::string operator()(const SetParameter& s) { return "SET " + s.name; }
  std::string operator()(const ShowParameters&) { return "SHOW PARAMETERS"; }
  std::string operator()(const ArchiveLog& s) { return s.on ? "ARCHIVELOG" : "NOARCHIVELOG"; }
  std::string operator()(const Backup& s) { return s.incremental ? "BACKUP INCREMENTAL" : "BACKUP"; }
  std::string operator()(const CancelBackup&) { return "CANCEL BACKUP"; }
  std::string operator()(const BackupClusterParameters&) { return "BACKUP CLUSTER PARAMETERS"; }
  std::string operator()(const BackupKey&) { return "BACKUP KEY"; }
  std::string operator()(const SetEncryption&) { return "SET ENCRYPTION"; }
  std::string operator()(const SetDecryption&) { return "SET DECRYPTION"; }
  std::string operator()(const ChangeStorage&) { return "ALTER EXTERNAL_STORAGE_DEST"; }
  std::string operator()(const Restore&) { return "RESTORE"; }
  std::string operator()(const RestorePreview&) { return "RESTORE … PREVIEW"; }
  std::string operator()(const ShowRestorePreview&) { return "SHOW RESTORE PREVIEW"; }
  std::string operator()(const CancelRestore&) { return "CANCEL RESTORE"; }
  std::string operator()(const RecoverTable&) { return "RECOVER TABLE"; }
  std::string operator()(const CancelRecoverTable&) { return "CANCEL RECOVER TABLE"; }
  std::string operator()(const SetLogRestoreSource&) { return "SET LOG_RESTORE_SOURCE"; }
  std::string operator()(const RecoverStandby&) { return "RECOVER STANDBY"; }
  std::string operator()(const ActivateStandby&) { return "ACTIVATE STANDBY"; }
  std::string operator()(const RunUpgrade&) { return "RUN UPGRADE JOB"; }
  std::string operator()(const AddDeletePolicy&) { return "ADD DELETE BACKUP POLICY"; }
  std::string operator()(const DropDeletePolicy&) { return "DROP DELETE BACKUP POLICY"; }
  std::string operator()(const CancelDelete&) { return "CANCEL DELETE BACKUP"; }
  std::string operator()(const Delete& s) {
    return s.pieces ? "DELETE ARCHIVELOG_PIECE" : "DELETE BACKUPSET";
  }
  std::string operator()(const Select&) { return "SELECT"; }
  std::string operator()(const Refused& s) { return s.name; }
};

}  // namespace

std::string name_of(const Statement& statement) { return std::visit(NameOf{}, statement); }

bool is_complete(std::string_view text) {
  Scan scan(text);
  At place = scan.at;
  for (bool ended = false;;) {
    scan.skip(place);
    if (place == scan.end) return ended;
    if (!to_semicolon(scan, place)) return false;
    if ((ended = place != scan.end)) ++place;
  }
}

Result<std::vector<Statement>> parse_statements(std::string_view text) {
  if (text.size() > kMaxText)
    return fail(Code::kInvalidArgument, "the text", "is longer than " + std::to_string(kMaxText) + " bytes");
  Scan scan(text);
  std::vector<Statement> out;
  for (;;) {
    scan.skip(scan.at);
    if (scan.at == scan.end) break;
    if (*scan.at == ';') {
      ++scan.at;
      continue;
    }
    if (out.size() == kMaxStatements)
      return fail(Code::kInvalidArgument, "the text",
                  "has more than " + std::to_string(kMaxStatements) + " statements");
    Statement one;
    if (!read_one(scan, one)) return fail(scan.error());
    out.push_back(std::move(one));
  }
  if (out.empty()) return fail(Code::kInvalidArgument, "the text", "has no statement");
  return out;
}

}  // namespace seabed::statement
