// COMPLETED: the descriptor and what stands beside it, the end placeholder last, and then the catalog.

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "core/base/log.h"
#include "core/catalog/operator_facts.h"
#include "core/catalog/parameters.h"
#include "core/catalog/standbys.h"
#include "core/engine/backup/backup_event.h"
#include "core/engine/backup/backup_run.h"
#include "core/engine/job/version.h"
#include "core/engine/restore/restore_state.h"
#include "core/media/read_back.h"

namespace seabed::backup {
namespace {

/// What the reference keeps out of a set.
bool is_private(const std::string& parameter) { return parameter == "external_kms_info" || parameter == "tde_method"; }

constexpr uint64_t kBackupCompatible = 3;

/// Of a standby; nullopt: its directory cannot be read now, and the set is good without.
std::optional<restore::RestoreState> restored_state(const EngineContext& context, uint64_t tenant_id) {
  const auto source = context.catalog->get<std::optional<catalog::LogSourceRow>>(
      [&](Transaction& tx) { return catalog::find_log_source(tx, tenant_id); });
  if (!source || !*source) return std::nullopt;
  auto state = restore::read_state((*source)->directory);
  if (!state) return std::nullopt;
  return std::move(*state);
}

}  // namespace

Scn BackupRun::min_restore_scn() const {
  Scn out = 0;
  for (const auto& stream : document_.streams) out = std::max(out, stream.min_restore_scn);
  return out;
}

/// Below min_restore_scn also when the snapshot's log file had nothing in it yet: its first group is stamped behind all
/// that the base needs, and a log that ends at min_restore_scn (PLUS ARCHIVELOG) would seem to begin too late.
Scn BackupRun::start_replay_scn() const {
  Scn out = std::max<Scn>(min_restore_scn(), 1) - 1;
  for (const auto& stream : document_.streams) out = std::min(out, stream.start_replay_scn);
  return out;
}

Result<std::string> BackupRun::tag(Scn scn) const { return scn_to_tag(scn, dest_.tenant.time_zone); }

meta::BackupSetDescriptor BackupRun::descriptor() const {
  meta::BackupSetDescriptor d;
  d.set_backup_set_id(set_.backup_set_id);
  d.set_incarnation(set_.incarnation);
  d.set_tenant_id(set_.tenant_id);
  d.set_dest_id(set_.dest_id);
  d.set_backup_type(set_.backup_type);
  d.set_plus_archivelog(plus_archivelog());
  d.set_prev_full_backup_set_id(set_.prev_full_backup_set_id);
  d.set_prev_inc_backup_set_id(set_.prev_inc_backup_set_id);
  d.set_start_time(set_.start_us * 1000);
  d.set_end_time(document_.end_us * 1000);
  d.set_status("SUCCESS");
  d.set_encryption_mode(encryption_mode_);
  if (key_) d.mutable_key()->ParseFromString(key_->wrap);
  d.set_file_status("AVAILABLE");
  d.set_path(set_.path);
  d.set_start_replay_scn(start_replay_scn());
  d.set_min_restore_scn(min_restore_scn());
  d.set_consistent_scn(min_restore_scn());
  d.set_tenant_compatible(kSeabedVersion);
  d.set_backup_compatible(kBackupCompatible);
  d.set_cluster_version(kSeabedVersion);
  d.set_input_bytes(document_.input_bytes);
  d.set_output_bytes(document_.output_bytes + document_.log_bytes);
  d.set_macro_block_count(document_.blocks);
  d.set_meta_turn_id(document_.turn);
  d.set_minor_turn_id(document_.turn);
  d.set_major_turn_id(document_.turn);
  d.set_description(set_.description);
  d.set_tenant_name(dest_.tenant.name);
  d.set_cluster_name(context_.cluster_name);
  d.set_cluster_id(context_.cluster_id);
  d.set_time_zone(dest_.tenant.time_zone);
  d.set_mode(dest_.tenant.mode);
  d.set_archive_dest_id(set_.archive_dest_id);
  d.set_archive_round_id(set_.archive_round_id);
  uint64_t tablets = 0;
  for (const StreamDocument& s : document_.streams) {
    meta::LsTurn* ls = d.add_ls();
    ls->set_ls_id(s.ls_id);
    ls->set_meta_turn(s.turn), ls->set_meta_retry(0);
    ls->set_sys_turn(s.sys.turn), ls->set_sys_retry(s.sys.retry);
    ls->set_minor_turn(s.minor.turn), ls->set_minor_retry(s.minor.retry);
    ls->set_major_turn(s.major.turn), ls->set_major_retry(s.major.retry);
    tablets += s.tablets;
  }
  d.set_tablet_count(tablets);
  return d;
}

meta::LocalityInfo BackupRun::locality() const {
  meta::LocalityInfo out;
  out.set_tenant_id(set_.tenant_id);
  out.set_tenant_name(dest_.tenant.name);
  out.set_cluster_id(context_.cluster_id);
  out.set_cluster_name(context_.cluster_name);
  out.set_mode(dest_.tenant.mode);
  out.set_time_zone(dest_.tenant.time_zone);
  out.set_backup_set_id(set_.backup_set_id);
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  out.set_host(host);
  out.set_locality("FULL{1}@" + std::string(host));
  out.set_primary_zone(host);
  out.set_cpus(std::thread::hardware_concurrency());
  out.set_memory_bytes(static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)));
  if (dest_.tenant.role == "STANDBY") {  // its server runs elsewhere; the restore was told
    const auto state = restored_state(context_, job_.tenant_id);
    if (!state) return out;
    for (const auto& text : state->not_restored) out.add_outside(text);
    for (const auto& [name, value] : state->variables) (*out.mutable_engine_variables())[name] = value;
    return out;
  }
  const TenantConfig* tenant = tenant_config(context_, job_.tenant_id);
  auto source = tenant != nullptr && context_.open_tenant_source ? context_.open_tenant_source(*tenant) : nullptr;
  if (source == nullptr) return out;
  auto facts = source->look();
  if (!facts) {
    log::warn("backup: what lies outside is not known: {}", facts.error().message());
    return out;
  }
  for (auto& text : facts->outside) out.add_outside(text);
  for (const auto& [name, value] : facts->variables) (*out.mutable_engine_variables())[name] = value;
  return out;
}

Result<meta::Parameters> BackupRun::parameters() {
  SEABED_TRY(auto rows, context_.catalog->get<std::vector<catalog::ParameterRow>>([&](Transaction& tx) {
    return catalog::list_parameters(tx, job_.tenant_id);
  }));
  meta::Parameters out;
  for (const auto& row : rows)
    if (!row.is_default && !is_private(row.name)) (*out.mutable_values())[row.name] = row.value;
  return out;
}

/// Every good set up to this one: the newest list leads to all of them.
Result<meta::TenantBackupSetInfos> BackupRun::set_infos(const meta::BackupSetDescriptor& mine) const {
  meta::TenantBackupSetInfos out;
  for (const SetFacts& set : reader_->sets()) {
    if (!set.usable() || set.id.id == mine.backup_set_id()) continue;
    meta::BackupSetDescriptor* listed = out.add_sets();
    *listed = set.descriptor;
    listed->clear_files(), listed->clear_operator_facts(), listed->clear_log_keys();
  }
  *out.add_sets() = mine;
  return out;
}

/// The end placeholder says that all of it is there: the medium is asked first, whatever it confirmed before.
Status BackupRun::write_descriptor() {
  meta::BackupSetDescriptor set = descriptor();
  SEABED_TRY(*set.mutable_log_keys(), log_keys());
  SEABED_TRY(const auto decided, context_.catalog->get<catalog::OperatorFacts>(
                                     [&](Transaction& tx) { return catalog::operator_facts(tx, job_.tenant_id); }));
  catalog::put_facts(decided, document_.end_us * 1000, set.mutable_operator_facts());
  std::vector<FramedObject> objects;
  const auto add = [&](const std::string& key, FileType type, const google::protobuf::MessageLite& message) {
    objects.push_back(frame_message(key, type, message));
  };
  meta::DiagnoseInfo diagnose;
  *diagnose.mutable_locality() = locality();
  *diagnose.mutable_set() = set;
  diagnose.set_seabed_version(kSeabedVersion);
  SEABED_TRY(meta::Parameters parameters, this->parameters());
  SEABED_TRY(meta::TenantBackupSetInfos infos, set_infos(set));
  SEABED_TRY(const std::string started, tag(set_.start_us * 1000));
  SEABED_TRY(const std::string ended, tag(min_restore_scn()));
  meta::Placeholder placeholder;
  placeholder.set_id(set_.backup_set_id);
  placeholder.set_dest_id(set_.dest_id);
  placeholder.set_scn(min_restore_scn());
  add(paths::set_info_file(set_id_, "locality_info"), FileType::kLocalityInfo, diagnose.locality());
  add(paths::set_info_file(set_id_, "diagnose_info"), FileType::kDiagnoseInfo, diagnose);
  add(paths::set_info_file(set_id_, "tenant_parameter"), FileType::kTenantParameter, parameters);
  add(paths::tenant_set_infos(set_id_), FileType::kTenantBackupSetInfos, infos);
  add(paths::set_range(set_id_, started, ended), FileType::kPlaceholder, placeholder);

  for (const auto& directory : document_.directories)
    for (const auto& file : directory.files) *set.add_files() = file;
  for (const auto* files : {&document_.meta_files, &document_.data_files, &document_.table_files, &document_.log_files})
    for (const auto& file : *files) *set.add_files() = file;
  for (const auto& object : objects) *set.add_files() = writer_->entry_of(object);
  set.set_file_count(static_cast<uint64_t>(set.files_size()));
  uint64_t total = 0;
  for (const auto& file : set.files()) total += file.size();
  set.set_extra_meta_bytes(total - std::min(total, document_.output_bytes + document_.log_bytes));
  add(paths::single_set_info(set_id_), FileType::kBackupSetInfo, set);
  SEABED_CHECK(writer_->put_all(objects));
  SEABED_CHECK(read_back_set(*dest_.store, paths::set_dir(set_id_), set, io()));
  SEABED_CHECK(read_back(*dest_.store, objects.back().key, objects.back().bytes.size(), io()));
  const auto end = frame_message(paths::set_end(set_id_, true, ended), FileType::kPlaceholder, placeholder);
  SEABED_CHECK(writer_->put_all({end}));
  SEABED_CHECK(read_back(*dest_.store, end.key, end.bytes.size(), io()));
  ended_ = true;
  set_.extra_meta_bytes = set.extra_meta_bytes();
  set_.file_count = set.file_count();
  set_.tablet_count = set.tablet_count();
  return ok();
}

/// Set SUCCESS, task and job ended, in one transaction.
Status BackupRun::complete() {
  std::lock_guard lock(rows_mutex_);
  set_.status = "SUCCESS";
  set_.file_status = "AVAILABLE";
  set_.end_us = document_.end_us;
  set_.start_replay_scn = start_replay_scn();
  set_.min_restore_scn = set_.consistent_scn = min_restore_scn();
  set_.input_bytes = document_.input_bytes;
  set_.output_bytes = document_.output_bytes + document_.log_bytes;
  set_.finish_tablet_count = set_.tablet_count;
  set_.macro_block_count = set_.finish_macro_block_count = document_.blocks;
  set_.meta_turn_id = set_.data_turn_id = set_.minor_turn_id = set_.major_turn_id = document_.turn;
  set_.tenant_compatible = set_.cluster_version = kSeabedVersion;
  set_.backup_compatible = kBackupCompatible;
  task_.end_us = document_.end_us;
  task_.comment.clear();
  task_.start_scn = set_.start_replay_scn;
  for (const StreamDocument& stream : document_.streams)
    if (stream.ls_id != 1) task_.user_ls_start_scn = std::max<uint64_t>(task_.user_ls_start_scn, stream.taken_scn);
  task_.end_scn = set_.min_restore_scn;
  task_.input_bytes = set_.input_bytes, task_.output_bytes = set_.output_bytes;
  task_.extra_meta_bytes = set_.extra_meta_bytes;
  task_.tablet_count = task_.finish_tablet_count = set_.tablet_count;
  task_.macro_block_count = task_.finish_macro_block_count = document_.blocks;
  task_.file_count = set_.file_count;
  task_.log_file_count = log_total_, task_.finish_log_file_count = log_done_;
  SEABED_TRY(const auto covered, covered_holes());
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto job, catalog::find_backup_job(tx, job_id_));
    const auto step = on_event(*job_state(job->status), JobEvent::kSetCompleted);
    if (!step) return fail(Code::kConflict, "backup job " + std::to_string(job_id_), "is " + job->status);
    const std::string before = job->status;
    job->status = name(step->next);
    job->end_us = document_.end_us;
    SEABED_CHECK(catalog::update_backup_job(tx, *job, before));
    SEABED_CHECK(catalog::record_event(tx, backup_event(dest_.tenant.name, *job, "backup_end")));
    if (key_) SEABED_CHECK(catalog::forget_data_key(tx, job_.tenant_id, job_.backup_set_id));
    SEABED_CHECK(catalog::update_set_task(tx, task_, task_.status));
    SEABED_CHECK(catalog::update_backup_set(tx, set_, "DOING"));
    SEABED_CHECK(close_holes(tx, covered));
    job_ = *job;
    return ok();
  }));
  forget_interrupted();
  at_state("JOB_COMPLETED");
  return ok();
}

}  // namespace seabed::backup
