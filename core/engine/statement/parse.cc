#include "core/engine/statement/parse.h"

#include "core/engine/statement/clauses.h"

namespace seabed::statement {
namespace {

bool read_one(Scan& scan, Statement& out) {
  static constexpr Reader kReaders[] = {read_archive_dest, read_archive_state, read_data_dest, read_archive_log,
                                        read_backup,       read_cancel_backup, read_show_parameters, read_select,
                                        read_refused,      read_set_parameter};
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
  std::string operator()(const Select&) { return "SELECT"; }
  std::string operator()(const Refused& s) { return s.name; }
};

}  // namespace

std::string name_of(const Statement& statement) { return std::visit(NameOf{}, statement); }

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
