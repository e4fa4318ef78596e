// Log archive verbs (reference: statements, sections 3 and 4).
#include "core/catalog/ls_progress.h"
#include "core/catalog/operator_facts.h"
#include "core/engine/engine_impl.h"
#include "core/engine/job/tenant_ready.h"
#include "core/engine/set_destination.h"
#include "core/engine/standby/standby_archive.h"

namespace seabed {
namespace {

using catalog::DestinationKind;
using catalog::DestinationRow;
using catalog::RoundRow;

tl::unexpected<Error> refused(const std::string& tenant, std::string reason, std::string next_step,
                              int ob_error) {
  return fail(
      Error{Code::kConflict, "tenant " + tenant, std::move(reason), std::move(next_step), 0, ob_error});
}

bool is_open(const std::optional<RoundRow>& round) { return round && round->status != "STOP"; }

struct Current {
  std::optional<RoundRow> round;
  std::optional<DestinationRow> destination;
};

Result<Current> current_of(Catalog& catalog, uint64_t tenant_id) {
  return catalog.get<Current>([&](Transaction& tx) -> Result<Current> {
    Current out;
    SEABED_TRY(out.round, catalog::newest_round(tx, tenant_id));
    SEABED_TRY(out.destination, catalog::current_destination(tx, tenant_id, DestinationKind::kArchive));
    return out;
  });
}

}  // namespace

Result<DestinationRow> EngineImpl::set_archive_dest(const std::string& name,
                                                    const ArchiveDestRequest& request) {
  SEABED_TRY(auto row, tenant(name));
  SEABED_TRY(Uri uri, parse_uri(request.uri));
  DestinationRow wanted;
  wanted.kind = DestinationKind::kArchive, wanted.uri = request.uri;
  SEABED_TRY(wanted.binding, parse_binding(request.binding));
  SEABED_TRY(wanted.piece_switch_interval_us, parse_piece_interval(request.piece_switch_interval));
  SEABED_TRY(Current now, current_of(*context_.catalog, row.tenant_id));
  if (now.destination && is_open(now.round)) {
    if (now.destination->identity != uri.identity())
      return refused(name, "archives to " + now.destination->path + " (round is " + now.round->status + ")",
                     "`seabed archive stop`, wait for STOP, then set the new path", 9037);
    if (now.destination->piece_switch_interval_us != wanted.piece_switch_interval_us)
      return refused(name, "the interval of a round that goes on does not change",
                     "`seabed archive stop` first", 9037);
    wanted.state = now.destination->state;
  }
  SEABED_TRY(auto set, set_destination(context_, row, wanted));
  wake(row.tenant_id);
  return set;
}

Status EngineImpl::clear_archive_dest(const std::string& name) {
  SEABED_TRY(auto row, tenant(name));
  SEABED_TRY(Current now, current_of(*context_.catalog, row.tenant_id));
  if (is_open(now.round))
    return refused(name, "its round is " + now.round->status, "`seabed archive stop` and wait for STOP",
                   9037);
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) {
    return catalog::clear_destination(tx, row.tenant_id, DestinationKind::kArchive);
  }));
  wake(row.tenant_id);
  return ok();
}

Status EngineImpl::set_archivelog(const std::string& name, bool on) {
  SEABED_TRY(auto row, tenant(name));
  if (on) SEABED_CHECK(check_tenant_ready(row, 9023));
  if (on) SEABED_CHECK(standby::check_ready(context_, row, 9023));
  SEABED_TRY(Current now, current_of(*context_.catalog, row.tenant_id));
  if (!on && now.round && now.round->status == "PREPARE")
    return refused(name, "its round is being prepared", "try again in a moment", 9037);
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) {
    return catalog::set_log_mode(tx, row.tenant_id, on ? "ARCHIVELOG" : "NOARCHIVELOG");
  }));
  if (on && started_ && row.role == "STANDBY") SEABED_CHECK(add_standby(row.tenant_id));
  wake(row.tenant_id);
  return ok();
}

Status EngineImpl::set_archive_state(const std::string& name, const std::string& state) {
  SEABED_TRY(auto row, tenant(name));
  SEABED_TRY(Current now, current_of(*context_.catalog, row.tenant_id));
  if (!now.destination)
    return refused(name, "has no archive destination", "`seabed archive set-dest` first", 0);
  const std::string status = now.round ? now.round->status : "STOP";
  bool allowed = state == "DEFER" ? status == "DOING" || status == "INTERRUPTED"
                                  : status == "STOP" || status == "SUSPEND";
  if (!allowed)
    return refused(name, "its round is " + status,
                   state == "DEFER" ? "wait until it is DOING (`seabed archive status`)"
                                    : "wait until it is SUSPEND or STOP (`seabed archive status`)",
                   9028);
  if (now.destination->state == state)
    return refused(name, "its destination is " + state + " already", "", 0);
  SEABED_CHECK(context_.catalog->transact([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::operator_decided(tx, now.destination->tenant_id));
    return catalog::set_destination_state(tx, now.destination->dest_id, now.destination->state, state);
  }));
  wake(row.tenant_id);
  return ok();
}

Result<ArchiveStatus> EngineImpl::status_from_catalog(uint64_t tenant_id) {
  return context_.catalog->get<ArchiveStatus>([&](Transaction& tx) -> Result<ArchiveStatus> {
    ArchiveStatus out;
    out.status = "NONE";
    SEABED_TRY(auto round, catalog::newest_round(tx, tenant_id));
    if (!round) return out;
    out.status = round->status, out.comment = round->comment;
    out.dest_id = round->dest_id, out.round_id = round->round_id, out.piece_id = round->used_piece_id;
    out.start_scn = round->start_scn, out.checkpoint_scn = round->checkpoint_scn;
    SEABED_TRY(auto rows, catalog::list_ls_progress(tx, tenant_id, round->dest_id, round->round_id));
    std::map<uint64_t, LsArchiveStatus> newest;
    for (const auto& row : rows) {  // by rising piece
      LsArchiveStatus& ls = newest[row.ls_id];
      ls.ls_id = row.ls_id, ls.piece_id = row.piece_id, ls.epoch = row.epoch;
      ls.checkpoint_scn = row.checkpoint_scn, ls.max_scn = row.max_scn, ls.input_bytes += row.input_bytes;
    }
    for (auto& [id, ls] : newest) out.streams.push_back(std::move(ls));
    return out;
  });
}

Result<ArchiveView> EngineImpl::archive_status(const std::string& name) {
  ArchiveView view;
  SEABED_TRY(view.tenant, tenant(name));
  const uint64_t id = view.tenant.tenant_id;
  SEABED_TRY(Current now, current_of(*context_.catalog, id));
  view.destination = std::move(now.destination);
  SEABED_TRY(view.live, status_from_catalog(id));
  if (TenantArchiver* one = archiver(id)) {
    view.archiving_here = true;
    ArchiveStatus live = one->status();
    if (!live.status.empty()) view.live = std::move(live);
  }
  SEABED_TRY(view.open_holes, context_.catalog->get<std::vector<catalog::HoleRow>>(
                                  [&](auto& tx) { return catalog::list_holes(tx, id, "OPEN"); }));
  return view;
}

Status EngineImpl::flush_archive(const std::string& name) {
  SEABED_TRY(auto row, tenant(name));
  TenantArchiver* one = archiver(row.tenant_id);
  if (!one) return refused(name, "no agent archives it now", "start `seabed agent`", 0);
  return one->flush({.deadline = after(context_.limits.request_deadline)});
}

}  // namespace seabed
