#include "tests/unit/engine/clean_rig.h"

#include <gtest/gtest.h>

#include "core/catalog/delete_policies.h"
#include "core/catalog/destinations.h"
#include "core/catalog/restore_jobs.h"
#include "core/catalog/tenants.h"
#include "core/engine/clean/hourly.h"

namespace seabed::testing_clean {

namespace fs = std::filesystem;
using catalog::BackupSetRow;
using catalog::PieceRow;

CleanRig::CleanRig() {
  setenv("SEABED_TEST_DATA_FILE_FLOOR", "1", 1);  // read once a process, and other rigs need it
  media.files[1001] = {{"000010.sst", "major", testing_restore::noise(10, 90'000)},
                       {"MANIFEST-1", "sys", testing_restore::noise(12, 999)}};
  media.files[1002] = {{"000010.sst", "major", testing_restore::noise(20, 300)}};
  clock.now = at(0);
  data_uri = "file://" + media.data_dir, archive_uri = "file://" + media.archive_dir;
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

void CleanRig::set_policy(const std::string& window, const std::string& name) {
  tell_catalog([&](Transaction& tx) -> Status {
    SEABED_TRY(const auto old, catalog::list_delete_policies(tx, kTenant));
    for (const auto& policy : old) SEABED_CHECK(catalog::drop_delete_policy(tx, kTenant, policy.policy_name));
    return catalog::add_delete_policy(tx, {kTenant, name, window});
  });
}

void CleanRig::advance(uint64_t second) {
  media.write_archive(second);
  now_ = second;
  clock.now = at(second);
  tell_catalog([&](Transaction& tx) -> Status {
    const uint64_t last = (second + 99) / 100;
    for (uint64_t p = std::max<uint64_t>(1, pieces_); p <= last; ++p) {
      PieceRow row{.tenant_id = kTenant, .dest_id = kArchive, .round_id = 1, .piece_id = p};
      row.start_scn = at((p - 1) * 100), row.end_scn = at(p * 100);
      row.checkpoint_scn = at(std::min(second, p * 100));
      row.status = p == last ? "ACTIVE" : "FROZEN";
      row.file_status = p == last ? "INCOMPLETE" : "AVAILABLE";
      row.input_bytes = 100, row.output_bytes = 110;
      SEABED_TRY(const auto there, catalog::find_piece(tx, kTenant, kArchive, 1, p));
      if (there)
        SEABED_CHECK(catalog::update_piece(tx, row, there->status));
      else
        SEABED_CHECK(catalog::insert_piece(tx, row));
    }
    pieces_ = last;
    return ok();
  });
}

uint64_t CleanRig::backup(bool full, uint64_t took) {
  const uint64_t id = ++sets_, start = std::max<uint64_t>(now_, 1), min = start + took;
  const uint64_t parent = id - 1;
  if (full) full_ = id;
  media.write_set(id, full, start, min);
  tell_catalog([&](Transaction& tx) {
    BackupSetRow row{.tenant_id = kTenant, .backup_set_id = id, .dest_id = kData};
    row.backup_type = full ? "D" : "I";
    if (!full) row.prev_full_backup_set_id = full_, row.prev_inc_backup_set_id = parent;
    row.start_us = at(start) / 1000, row.end_us = at(min) / 1000;
    row.status = "SUCCESS", row.file_status = "AVAILABLE";
    row.start_replay_scn = at(start - 1), row.min_restore_scn = at(min);
    row.output_bytes = 100'000;
    row.archive_dest_id = kArchive, row.archive_round_id = 1;
    return catalog::insert_backup_set(tx, row);
  });
  advance(min);
  return id;
}

std::set<std::string> CleanRig::directories(const std::string& root) const {
  std::set<std::string> out;
  for (const auto& key : media.objects(root)) {
    const std::string first = key.substr(0, key.find('/'));
    if (first.starts_with("backup_set_") || first.starts_with("piece_d")) out.insert(first);
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
