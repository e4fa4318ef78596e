#pragma once
// Internal: a statement on its way to its calls (reference: statements; who may: run_call), and the functions
// that take each statement there.

#include "core/engine/statement/statement.h"
#include "tools/agent/statement_results.h"

namespace seabed {

class StatementRun {
 public:
  StatementRun(Engine& engine, Caller caller, std::string name, StatementSession& session)
      : engine_(engine), caller_(std::move(caller)), name_(std::move(name)), session_(session) {
    caller_.statement = name_;
  }

  const Caller& caller() const { return caller_; }
  const std::string& name() const { return name_; }
  StatementSession& session() { return session_; }
  /// No call was made: the statement is in no line of the audit file yet.
  bool nothing_called() const { return !called_; }

  /// The one tenant of a statement: the TENANT clause of sys, or the admin's own.
  Result<std::string> one_name(const statement::Tenants& tenants);
  /// The tenants a statement acts on, all of them known. Without a TENANT clause: the admin's own; for sys
  /// all.
  Result<std::vector<std::string>> names(const statement::Tenants& tenants);

  /// run_call; "not supported yet" for a call that this version does not have.
  Result<Json> call(const std::string& call, const Json& arguments);
  /// One call, one row: the tenant and what the call answered.
  Result<Json> once(const std::string& call, const Json& arguments);
  static constexpr int kNotFound = -1;  // as `skipped`: Code::kNotFound
  /// The call for every tenant. Without a list a tenant that answers `skipped` (already on, not ready …) is
  /// left out, unless that leaves none; with a list the first that fails ends it and its error says what was
  /// done before.
  Result<Json> each(const std::string& call, const statement::Tenants& tenants, const Json& arguments,
                    int skipped = 0);

 private:
  Engine& engine_;
  Caller caller_;
  std::string name_;
  StatementSession& session_;
  bool called_ = false;
};

Result<Json> run(StatementRun&, const statement::SetArchiveDest&);
Result<Json> run(StatementRun&, const statement::SetArchiveState&);
Result<Json> run(StatementRun&, const statement::SetDataDest&);
Result<Json> run(StatementRun&, const statement::SetParameter&);
Result<Json> run(StatementRun&, const statement::ShowParameters&);
Result<Json> run(StatementRun&, const statement::ArchiveLog&);
Result<Json> run(StatementRun&, const statement::Backup&);
Result<Json> run(StatementRun&, const statement::CancelBackup&);
Result<Json> run(StatementRun&, const statement::BackupClusterParameters&);
Result<Json> run(StatementRun&, const statement::BackupKey&);
Result<Json> run(StatementRun&, const statement::SetEncryption&);
Result<Json> run(StatementRun&, const statement::SetDecryption&);
Result<Json> run(StatementRun&, const statement::ChangeStorage&);
Result<Json> run(StatementRun&, const statement::Restore&);
Result<Json> run(StatementRun&, const statement::RestorePreview&);
Result<Json> run(StatementRun&, const statement::ShowRestorePreview&);
Result<Json> run(StatementRun&, const statement::CancelRestore&);
Result<Json> run(StatementRun&, const statement::RecoverTable&);
Result<Json> run(StatementRun&, const statement::CancelRecoverTable&);
Result<Json> run(StatementRun&, const statement::SetLogRestoreSource&);
Result<Json> run(StatementRun&, const statement::RecoverStandby&);
Result<Json> run(StatementRun&, const statement::ActivateStandby&);
Result<Json> run(StatementRun&, const statement::RunUpgrade&);
Result<Json> run(StatementRun&, const statement::AddDeletePolicy&);
Result<Json> run(StatementRun&, const statement::DropDeletePolicy&);
Result<Json> run(StatementRun&, const statement::CancelDelete&);
Result<Json> run(StatementRun&, const statement::Delete&);
Result<Json> run(StatementRun&, const statement::Select&);
Result<Json> run(StatementRun&, const statement::Refused&);

}  // namespace seabed
