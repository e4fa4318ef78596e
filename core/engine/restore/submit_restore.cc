// RESTORE's checks and rows: nothing is written to the directory yet.

#include <filesystem>

#include "core/engine/restore/request_text.h"
#include "core/engine/restore/restore_run.h"
#include "core/engine/restore/tenant_restore.h"
#include "core/engine/restore/tenant_transition.h"

namespace seabed {
namespace {

using restore::KeptRequest;
using restore::ParentState;

tl::unexpected<Error> name_taken(const std::string& name, const std::string& by) {
  return fail(
      Error{Code::kAlreadyExists, "tenant " + name, by, "give the restored tenant another name", 0, 9014});
}

Status check_name(EngineContext& context, const std::string& name) {
  if (name.empty() || name.size() > 128)
    return fail(Code::kInvalidArgument, "the restored tenant", "needs a name of at most 128 characters");
  return context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto running, catalog::running_restore(tx, name));
    if (running) return name_taken(name, "is being restored by job " + std::to_string(running->job_id));
    SEABED_TRY(const auto known, catalog::find_tenant_by_name(tx, name));
    return known ? Status(name_taken(name, "exists already")) : ok();
  });
}

Status check_directory(EngineContext& context, const std::string& directory) {
  if (directory.empty() || directory[0] != '/')
    return fail(Code::kInvalidArgument, "directory=" + directory, "is no absolute path",
                "say where the tenant's files go: directory=/…");
  SEABED_TRY(const auto running, context.catalog->get<std::vector<catalog::RestoreJobRow>>(
                                     [](Transaction& tx) { return catalog::unfinished_restores(tx); }));
  for (const auto& job : running)
    if (job.directory == directory)
      return fail(Code::kConflict, directory,
                  "tenant " + job.restore_tenant_name + " is being restored there", "give another directory");
  SEABED_TRY(const auto earlier, restore::read_state(directory));
  const bool taken = earlier && !(earlier->stream_names.empty() && earlier->auxiliary.empty());
  return taken ? ok() : restore::refuse_used_directory(directory);
}

/// The given archive that the last piece lies in.
Result<std::string> log_uri(EngineContext& context, const restore::Media& media, const restore::Plan& plan,
                            const std::vector<std::string>& uris) {
  if (plan.pieces.empty()) return std::string();
  const size_t archive = media.piece_media[plan.pieces.back()].archive;
  if (archive >= media.archives_given) return std::string();
  for (const std::string& text : uris) {
    SEABED_TRY(const Uri uri, parse_uri(text));
    SEABED_TRY(const auto store, context.storage->open(uri));
    if (store->describe() == media.archive[archive]->medium().store->describe()) return text;
  }
  return std::string();
}

std::string redacted_list(const std::vector<std::string>& uris) {
  std::string out;
  for (const std::string& text : uris) {
    const auto uri = parse_uri(text);
    out += (out.empty() ? "" : ",") + (uri ? uri->redacted() : std::string("?"));
  }
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

catalog::RestoreJobRow job_row(const TenantRestoreRequest& asked, const restore::Media& media,
                               const restore::Plan& plan) {
  catalog::RestoreJobRow row;
  row.restore_tenant_name = asked.restore.tenant_name;
  row.backup_tenant_name = media.tenant.tenant_name();
  row.backup_tenant_id = media.tenant.tenant_id();
  row.backup_cluster_name = media.tenant.cluster_name();
  row.backup_dest = redacted_list(asked.restore.source.uris);
  row.restore_option = asked.option;
  row.description = asked.description;
  row.restore_scn = plan.target;
  row.restore_scn_display = plan.summary.target_display;
  row.backup_set_list = joined(plan.summary.sets);
  row.backup_piece_list = joined(plan.summary.pieces);
  row.ls_count = plan.streams.size();
  row.total_bytes = plan.summary.data_bytes + plan.summary.log_bytes;
  row.recover_start_scn = media.bases[plan.base].start_replay;
  row.restore_type = asked.restore.quick ? "QUICK" : "FULL";
  row.directory = asked.restore.directory;
  return row;
}

/// The tenant's id is durable before anything else happens: this step is not repeated blindly.
Result<uint64_t> insert_rows(EngineContext& context, catalog::RestoreJobRow row, const restore::Media& media,
                             KeptRequest kept) {
  uint64_t parent_id = 0;
  SEABED_CHECK(context.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto running, catalog::running_restore(tx, row.restore_tenant_name));
    if (running) return name_taken(row.restore_tenant_name, "is being restored");
    catalog::TenantRow tenant{.name = row.restore_tenant_name};
    tenant.mode = media.mode == TenantMode::kOracle ? "oracle" : "mysql";
    tenant.time_zone = media.zone;
    tenant.role = tenant.status = "RESTORE";
    SEABED_TRY(row.restore_tenant_id, catalog::insert_tenant(tx, tenant));
    row.tenant_id = 1, row.status = restore::name(ParentState::kCreateTenant);
    SEABED_TRY(parent_id, catalog::insert_restore_job(tx, row));
    row.tenant_id = row.restore_tenant_id, row.status = "RESTORE_PRE";
    SEABED_TRY(kept.request.job_id, catalog::insert_restore_job(tx, row));
    return catalog::put_restore_request(tx, parent_id, restore::encode_request(kept));
  }));
  context.at_state("restore_job/CREATE_TENANT");
  return parent_id;
}

}  // namespace

Result<uint64_t> submit_restore(EngineContext& context, const TenantRestoreRequest& asked) {
  if (!context.catalog) return fail(Code::kInternal, "restore", "a job needs a catalog");
  SEABED_CHECK(check_name(context, asked.restore.tenant_name));
  SEABED_CHECK(check_directory(context, asked.restore.directory));
  SEABED_CHECK(restore::check_own_library(asked.restore));
  CancelToken never;
  SEABED_TRY(const auto media, restore::load_media(context, asked.restore.source, never));
  SEABED_TRY(const auto earlier, restore::unfinished_restore(asked.restore, *media));
  KeptRequest kept{asked.restore};
  Scn target = 0;
  if (earlier && asked.restore.until.kind == RestoreTargetPoint::Kind::kLatest) {
    target = earlier->target;
  } else {
    SEABED_TRY(target, restore::resolve_target(*media, asked.restore.until));
  }
  SEABED_TRY(const restore::Plan plan, restore::make_plan(context, *media, target, asked.restore.own_library));
  SEABED_CHECK(restore::check_keys(*media, plan));
  kept.request.until = {RestoreTargetPoint::Kind::kScn, target, {}};
  std::error_code ec;
  kept.made_directory = !std::filesystem::exists(asked.restore.directory, ec);
  SEABED_TRY(kept.log_uri, log_uri(context, *media, plan, asked.restore.source.uris));
  return insert_rows(context, job_row(asked, *media, plan), *media, std::move(kept));
}

}  // namespace seabed
