#include "tests/unit/engine/clean_rig.h"

#include <gtest/gtest.h>

#include "core/catalog/delete_policies.h"
#include "core/catalog/destinations.h"
#include "core/catalog/holes.h"
#include "core/catalog/restore_jobs.h"
#include "core/catalog/tenants.h"
#include "core/engine/clean/hourly.h"

namespace seabed::testing_clean {

namespace fs = std::filesystem;
using catalog::BackupSetRow;
using catalog::PieceRow;

CleanRig::CleanRig(bool tagging, uint64_t piece_seconds) {
  media.piece_seconds = piece_seconds;
  if (tagging) media.context.storage = &tagged;
  setenv("SEABED_TEST_DATA_FILE_FLOOR", "1", 1);  // read once a process, and other rigs need it
  media.files[1001] = {{"000010.sst", "major", testing_restore::noise(10, 90'000)},
                       {"MANIFEST-1", "sys", testing_restore::noise(12, 999)}};
  media.files[1002] = {{"000010.sst", "major", testing_restore::noise(20, 300)}};
  clock.now = at(0);
  const std::string mode = tagging ? "?delete_mode=tagging" : "";
  data_uri = "file://" + media.data_dir + mode, archive_uri = "file://" + media.archive_dir + mode;
  tools.look_again = std::chrono::milliseconds(1);
  tools.witness.boot_id = "rig";
  tools.witness.boot_ns = [this] {
    return boot_seconds ? boot_seconds * 1'000'000'000 : clock.now - at(0) + 1;
  };
  make_catalog();
}

void CleanRig::tell_catalog(const std::function<Status(Transaction&)>& change) {
  auto catalog = Catalog::open({.path = media.base + "/catalog.db"});
  ASSERT_TRUE(catalog) << catalog.error().message();
  auto done = (*catalog)->transact(change);
  ASSERT_TRUE(done) << done.error().message();
}

void CleanRig::make_catalog() {
  tell_catalog([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::ensure_tenant(tx, "other", "mysql", "UTC"));
    SEABED_TRY(const auto tenant, catalog::ensure_tenant(tx, "shop", "mysql", "UTC"));
    EXPECT_EQ(tenant.tenant_id, kTenant);
    const auto place = [&](uint64_t id, catalog::DestinationKind kind, const std::string& uri) {
      const Uri parsed = *parse_uri(uri);
      return catalog::insert_destination(tx, {.dest_id = id,
                                              .tenant_id = kTenant,
                                              .kind = kind,
                                              .identity = parsed.identity(),
                                              .path = parsed.redacted(),
                                              .uri = uri});
    };
    SEABED_CHECK(place(kData, catalog::DestinationKind::kData, data_uri));
    SEABED_CHECK(place(kArchive, catalog::DestinationKind::kArchive, archive_uri));
    return catalog::insert_round(
        tx, {.tenant_id = kTenant, .dest_id = kArchive, .round_id = 1, .status = "DOING"});
  });
}

void CleanRig::drop_policy() {
  tell_catalog([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto old, catalog::list_delete_policies(tx, kTenant));
    for (const auto& policy : old) SEABED_CHECK(catalog::drop_delete_policy(tx, kTenant, policy.policy_name));
    return ok();
  });
}

void CleanRig::set_policy(const std::string& window, const std::string& name) {
  drop_policy();
  tell_catalog([&](Transaction& tx) { return catalog::add_delete_policy(tx, {kTenant, name, window}); });
}

// ---- the log ----

void CleanRig::advance(uint64_t second) {
  media.write_archive(second);
  pass(second, "DOING");
}

void CleanRig::stand_still(uint64_t second, const std::string& status) { pass(second, status); }

void CleanRig::pass(uint64_t second, const std::string& status) {
  now_ = second;
  clock.now = at(second);
  tell_catalog([&](Transaction& tx) -> Status {
    SEABED_CHECK(tell_round(tx, status));
    return tell_pieces(tx);
  });
}

void CleanRig::next_round() {
  media.end_round();
  tell_catalog([&](Transaction& tx) -> Status {
    SEABED_CHECK(tell_round(tx, "STOP"));
    SEABED_CHECK(tell_pieces(tx));
    media.begin_round(now_);
    return tell_round(tx, "BEGINNING");
  });
}

Status CleanRig::tell_round(Transaction& tx, const std::string& status) {
  const uint64_t id = media.pieces().empty() ? 1 : media.pieces().back().round;
  SEABED_TRY(auto row, catalog::find_round(tx, kTenant, kArchive, id));
  const std::string before = row ? row->status : "";
  if (!row) row = catalog::RoundRow{.tenant_id = kTenant, .dest_id = kArchive, .round_id = id};
  row->status = status;
  row->checkpoint_scn = at(media.archived());
  return before.empty() ? catalog::insert_round(tx, *row) : catalog::update_round(tx, *row, before);
}

Status CleanRig::tell_pieces(Transaction& tx) {
  for (size_t i = told_pieces_; i < media.pieces().size(); ++i) {
    const auto& piece = media.pieces()[i];
    PieceRow row{.tenant_id = kTenant, .dest_id = kArchive, .round_id = piece.round, .piece_id = piece.id};
    row.start_scn = at(piece.from), row.end_scn = at(piece.to);
    row.checkpoint_scn = at(piece.frozen ? std::min(piece.reached, piece.to) : media.archived());
    row.status = piece.frozen ? "FROZEN" : "ACTIVE";
    row.file_status = piece.frozen ? "AVAILABLE" : "INCOMPLETE";
    row.input_bytes = 100, row.output_bytes = 110;
    SEABED_TRY(const auto there, catalog::find_piece(tx, kTenant, kArchive, piece.round, piece.id));
    SEABED_CHECK(there ? catalog::update_piece(tx, row, there->status) : catalog::insert_piece(tx, row));
    if (piece.frozen) told_pieces_ = i + 1;
  }
  return ok();
}

void CleanRig::put_hole(uint64_t ls, uint64_t second) {
  media.put_hole(ls, second);
  tell_catalog([&](Transaction& tx) {
    catalog::HoleRow row{.tenant_id = kTenant, .dest_id = kArchive, .round_id = media.pieces().back().round};
    row.ls_id = ls, row.scn_lo = at(second - 1), row.scn_hi = at(second);
    row.lsn = testing_restore::lsn(second), row.reason = "the rig says so";
    return catalog::put_hole(tx, row);
  });
}

// ---- sets ----

BackupSetRow CleanRig::row_of(bool full, uint64_t took) {
  BackupSetRow row{.tenant_id = kTenant, .backup_set_id = ++sets_, .dest_id = kData};
  row.backup_type = full ? "D" : "I";
  if (!full) row.prev_full_backup_set_id = full_, row.prev_inc_backup_set_id = incremental_;
  row.start_us = at(now_) / 1000, row.end_us = at(now_ + took) / 1000;
  row.archive_dest_id = kArchive, row.archive_round_id = media.pieces().back().round;
  return row;
}

uint64_t CleanRig::backup(bool full, uint64_t took, uint64_t replay, uint64_t covers) {
  if (now_ == 0) advance(1);
  BackupSetRow row = row_of(full, took);
  const uint64_t id = row.backup_set_id, start = replay ? replay : now_, min = now_ + took;
  if (full) full_ = id;
  incremental_ = id;
  media.write_set(id, full, start, min, covers);
  row.status = "SUCCESS", row.file_status = "AVAILABLE";
  row.start_replay_scn = at(start - 1), row.min_restore_scn = at(min);
  row.output_bytes = 100'000;
  tell_catalog([&](Transaction& tx) -> Status {
    SEABED_CHECK(catalog::insert_backup_set(tx, row));
    return tell_holes(tx, row, std::max(start, covers));
  });
  advance(min);
  return id;
}

/// As the backup's end does (core/engine/backup/close_holes.cc).
Status CleanRig::tell_holes(Transaction& tx, const BackupSetRow& set, uint64_t covers) {
  SEABED_TRY(const auto holes, catalog::list_holes(tx, kTenant));
  for (auto hole : holes) {
    if (hole.status == "CLOSED" || hole.scn_hi >= at(covers) || hole.scn_lo > set.min_restore_scn) continue;
    const std::string before = std::exchange(hole.status, "CLOSED");
    hole.closed_by_set = set.backup_set_id, hole.closed_scn = set.min_restore_scn;
    SEABED_CHECK(catalog::update_hole(tx, hole, before));
  }
  return ok();
}

uint64_t CleanRig::failed_backup(bool full, uint64_t took) {
  BackupSetRow row = row_of(full, took);
  media.write_failed_set(row.backup_set_id, full, now_ + took);
  row.status = "FAILED", row.file_status = "BROKEN";
  tell_catalog([&](Transaction& tx) { return catalog::insert_backup_set(tx, row); });
  return row.backup_set_id;
}

// ---- looking ----

std::set<std::string> CleanRig::directories(const std::string& root) const {
  std::set<std::string> out;
  for (const auto& key : media.objects(root)) {
    const std::string first = key.substr(0, key.find('/'));
    const bool item = first.starts_with("backup_set_") || first.starts_with("piece_d");
    if (item && !tagged.tagged(root, key)) out.insert(first);
  }
  return out;
}

std::shared_ptr<ObjectStore> CleanRig::store(const std::string& dir) {
  return *media.storage->open(*parse_uri("file://" + dir));
}

// ---- a session ----

CleanRig::Session::Session(CleanRig& r) : rig(r), context(r.media.context) {
  auto opened = Catalog::open({.path = rig.media.base + "/catalog.db"});
  EXPECT_TRUE(opened) << opened.error().message();
  catalog = std::move(*opened);
  context.catalog = catalog.get();
  context.clock = &rig.clock;
  context.cluster_name = "rig";
}

Result<uint64_t> CleanRig::Session::submit(clean::CleanRequest request) {
  request.tenant_id = kTenant;
  return clean::submit_clean(context, request, rig.tools);
}

Status CleanRig::Session::run(uint64_t job) {
  return clean::run_clean(
      context, job, [this](const Progress& p) { progress.push_back(p); }, cancel, rig.tools);
}

Status CleanRig::Session::clean(clean::CleanRequest request) {
  SEABED_TRY(const uint64_t job, submit(std::move(request)));
  return run(job);
}

clean::CleanDecision CleanRig::Session::explain(clean::CleanRequest request) {
  request.tenant_id = kTenant;
  auto decision = clean::explain_clean(context, request, cancel, rig.tools);
  EXPECT_TRUE(decision) << decision.error().message();
  return decision ? *decision : clean::CleanDecision{};
}

Status CleanRig::Session::turn() { return clean::run_hourly_clean(context, kTenant, cancel, rig.tools); }

catalog::DeleteJobRow CleanRig::Session::job(uint64_t id) {
  return catalog
      ->get<std::optional<catalog::DeleteJobRow>>(
          [&](Transaction& tx) { return catalog::find_delete_job(tx, id); })
      ->value_or(catalog::DeleteJobRow{});
}

std::vector<catalog::DeleteTaskRow> CleanRig::Session::tasks(uint64_t job) {
  return *catalog->get<std::vector<catalog::DeleteTaskRow>>(
      [&](Transaction& tx) { return catalog::list_delete_tasks(tx, job); });
}

std::vector<BackupSetRow> CleanRig::Session::sets() {
  return *catalog->get<std::vector<BackupSetRow>>(
      [&](Transaction& tx) { return catalog::list_backup_sets(tx, kTenant); });
}

std::vector<PieceRow> CleanRig::Session::pieces() {
  return *catalog->get<std::vector<PieceRow>>(
      [&](Transaction& tx) { return catalog::list_pieces(tx, kTenant); });
}

std::set<uint64_t> CleanRig::Session::sets_in(const std::string& file_status) {
  std::set<uint64_t> out;
  for (const auto& set : sets())
    if (set.file_status == file_status) out.insert(set.backup_set_id);
  return out;
}

std::set<uint64_t> CleanRig::Session::pieces_in(const std::string& file_status) {
  std::set<uint64_t> out;
  for (const auto& piece : pieces())
    if (piece.file_status == file_status) out.insert(piece.piece_id);
  return out;
}

void CleanRig::Session::change_set(uint64_t id, const std::function<void(BackupSetRow&)>& change) {
  transact([&](Transaction& tx) -> Status {
    SEABED_TRY(auto row, catalog::find_backup_set(tx, kTenant, id));
    const std::string before = row->status;
    change(*row);
    return catalog::update_backup_set(tx, *row, before);
  });
}

void CleanRig::Session::add_restore(const std::string& sets) {
  transact([&](Transaction& tx) -> Status {
    catalog::RestoreJobRow row{
        .tenant_id = 1, .backup_tenant_id = kTenant, .status = "RESTORING", .backup_set_list = sets};
    SEABED_CHECK(catalog::insert_restore_job(tx, row));
    return ok();
  });
}

}  // namespace seabed::testing_clean
